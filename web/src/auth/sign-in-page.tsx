import { Button, PasswordInput, TextInput } from '@mantine/core'
import { IconFlask, IconPlayerPlay } from '@tabler/icons-react'
import { useState, type SubmitEvent } from 'react'
import { Link, Redirect, useSearchParams } from 'wouter'
import { Notice } from '../ui/notice.tsx'
import { Pill } from '../ui/pill.tsx'
import { AuthCard } from './auth-card.tsx'
import { returnPath } from './return-path.ts'
import { useServerStatus } from './server-status.ts'
import { demoAccount, signIn } from './session.ts'
import { leaveFor, useSubmit } from './use-submit.ts'

export function SignInPage() {
  const server = useServerStatus()
  const [params] = useSearchParams()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const { busy, problem, submit } = useSubmit()
  if (server.needsSetup && !server.demoAccount) return <Redirect to="/set-up" replace />

  const enter = (account: typeof demoAccount) =>
    submit(async () => {
      await signIn(account)
      await leaveFor(returnPath(params.get('next'), location.origin))
    })
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    enter({ email, password })
  }

  return (
    <AuthCard
      title="Sign in"
      sentence="Puts worth selling, beside what the stock is worth."
      foot={
        <>
          {server.simulated && (
            <Pill tone="warn" icon={IconFlask}>
              Simulated market data
            </Pill>
          )}
          {server.needsSetup && (
            <span>
              First time here? <Link href="/set-up">Set up your own administrator</Link>
            </span>
          )}
          <Link href="/forgot-password">Forgot your password?</Link>
        </>
      }
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
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy}>
          Sign in
        </Button>
      </form>
      {server.demoAccount && (
        <>
          <div className="auth-or">or</div>
          <div className="auth-demo">
            <Button
              variant="default"
              leftSection={<IconPlayerPlay size={16} />}
              disabled={busy}
              onClick={() => enter(demoAccount)}
            >
              Try the demo account
            </Button>
            <small>One click, no password: this server runs in LOCAL mode.</small>
          </div>
        </>
      )}
    </AuthCard>
  )
}
