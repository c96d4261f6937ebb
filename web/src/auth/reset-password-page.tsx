import { Button } from '@mantine/core'
import { useState, type SubmitEvent } from 'react'
import { Link } from 'wouter'
import { Notice } from '../ui/notice.tsx'
import { AuthCard } from './auth-card.tsx'
import { NewPassword } from './password-field.tsx'
import { resetPassword } from './session.ts'
import { useLinkSecret } from './use-link-secret.ts'
import { useSubmit } from './use-submit.ts'

/** Where the link for a new password leads. */
export function ResetPasswordPage() {
  const secret = useLinkSecret()
  const [password, setPassword] = useState('')
  const [done, setDone] = useState(false)
  const { busy, problem, submit } = useSubmit()

  if (secret === '') {
    return (
      <AuthCard
        title="Choose a new password"
        sentence="This address is not whole: what stands behind the # is missing."
        foot={<Link href="/forgot-password">Ask for another link</Link>}
      >
        <Notice kind="bad">Open the link once more, from where you got it.</Notice>
      </AuthCard>
    )
  }
  if (done) {
    return (
      <AuthCard title="Your password is changed" sentence="Everybody who was signed in as you is signed out.">
        <Button component={Link} href="/sign-in" fullWidth>
          Sign in
        </Button>
      </AuthCard>
    )
  }
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    submit(async () => {
      await resetPassword(secret, password)
      setDone(true)
    })
  }
  return (
    <AuthCard
      title="Choose a new password"
      sentence="The link that led here works once."
      foot={<Link href="/forgot-password">Ask for another link</Link>}
    >
      <form onSubmit={onSubmit}>
        {problem && <Notice kind="bad">{problem}</Notice>}
        <NewPassword label="New password" value={password} onChange={setPassword} />
        <Button type="submit" loading={busy}>
          Change the password
        </Button>
      </form>
    </AuthCard>
  )
}
