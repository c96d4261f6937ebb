import { Button, Skeleton, TextInput } from '@mantine/core'
import { useEffect, useState, type SubmitEvent } from 'react'
import { Link } from 'wouter'
import { Notice } from '../ui/notice.tsx'
import { AuthCard } from './auth-card.tsx'
import { NewPassword } from './password-field.tsx'
import { roleNames, rolePowers } from './roles.ts'
import { join, lookAtInvitation, type InvitationToJoin } from './session.ts'
import { useLinkSecret } from './use-link-secret.ts'
import { leaveFor, useSubmit } from './use-submit.ts'

/** Where an invitation leads: the account that it is for is made here. */
export function JoinPage() {
  const secret = useLinkSecret()
  return <Join key={secret} secret={secret} />
}

function Join({ secret }: { secret: string }) {
  const [invitation, setInvitation] = useState<InvitationToJoin | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    lookAtInvitation(secret).then(setInvitation, (error: Error) => setProblem(error.message))
  }, [secret])

  if (problem !== null) {
    return (
      <AuthCard
        title="Join"
        sentence="This link does not work."
        foot={<Link href="/sign-in">Sign in instead</Link>}
      >
        <Notice kind="bad">{problem}</Notice>
      </AuthCard>
    )
  }
  if (invitation === null) {
    return (
      <AuthCard title="Join" sentence="Looking at the invitation …">
        <Skeleton h={220} />
      </AuthCard>
    )
  }
  return <JoinForm invitation={invitation} secret={secret} />
}

function JoinForm({ invitation, secret }: { invitation: InvitationToJoin; secret: string }) {
  const [name, setName] = useState('')
  const [email, setEmail] = useState(invitation.email ?? '')
  const [password, setPassword] = useState('')
  const { busy, problem, submit } = useSubmit()
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    submit(async () => {
      await join({ name: name.trim(), email: email.trim(), password, invitation: secret })
      await leaveFor('/')
    })
  }
  return (
    <AuthCard
      title="Join"
      sentence={`You are invited as ${roleNames[invitation.role].toLowerCase()}: you may ${rolePowers[invitation.role]}.`}
      foot={<Link href="/sign-in">I have an account already</Link>}
    >
      <form onSubmit={onSubmit}>
        {problem && <Notice kind="bad">{problem}</Notice>}
        <TextInput
          label="Name"
          autoComplete="name"
          required
          withAsterisk={false}
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          description={invitation.email === null ? undefined : 'The invitation is for this address.'}
          readOnly={invitation.email !== null}
          required
          withAsterisk={false}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <NewPassword value={password} onChange={setPassword} />
        <Button type="submit" loading={busy}>
          Make the account
        </Button>
      </form>
    </AuthCard>
  )
}
