import { Button, TextInput } from '@mantine/core'
import { useState, type SubmitEvent } from 'react'
import { Link } from 'wouter'
import { Notice } from '../ui/notice.tsx'
import { AuthCard } from './auth-card.tsx'
import { useServerStatus } from './server-status.ts'
import { requestPasswordReset } from './session.ts'
import { useSubmit } from './use-submit.ts'

export function ForgotPasswordPage() {
  const { mail } = useServerStatus()
  const [email, setEmail] = useState('')
  const [asked, setAsked] = useState(false)
  const { busy, problem, submit } = useSubmit()
  const back = <Link href="/sign-in">Back to signing in</Link>

  if (!mail) {
    return (
      <AuthCard title="Forgot your password?" sentence="This server sends no mail." foot={back}>
        <p>
          Ask your administrator: <em>Settings → People</em> has a link for you by which you choose a new one.
        </p>
      </AuthCard>
    )
  }
  if (asked) {
    return (
      <AuthCard
        title="Look into your mail"
        sentence={`If ${email} has an account here, a link is on its way.`}
        foot={back}
      >
        <p>It works once, within an hour.</p>
      </AuthCard>
    )
  }
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    submit(async () => {
      await requestPasswordReset(email.trim())
      setAsked(true)
    })
  }
  return (
    <AuthCard
      title="Forgot your password?"
      sentence="You get a link by mail, by which you choose a new one."
      foot={back}
    >
      <form onSubmit={onSubmit}>
        {problem && <Notice kind="bad">{problem}</Notice>}
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy}>
          Send the link
        </Button>
      </form>
    </AuthCard>
  )
}
