import { Button, TextInput } from '@mantine/core'
import { useState, type SubmitEvent } from 'react'
import { Link, Redirect } from 'wouter'
import { Notice } from '../ui/notice.tsx'
import { AuthCard } from './auth-card.tsx'
import { NewPassword } from './password-field.tsx'
import { useServerStatus } from './server-status.ts'
import { setUp } from './session.ts'
import { leaveFor, useSubmit } from './use-submit.ts'

export function SetUpPage() {
  const server = useServerStatus()
  const [account, setAccount] = useState({ name: '', email: '', password: '', setupCode: '' })
  const { busy, problem, submit } = useSubmit()
  if (!server.needsSetup) return <Redirect to="/sign-in" replace />

  const field = (name: keyof typeof account) => ({
    required: true,
    withAsterisk: false,
    value: account[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget
      setAccount((before) => ({ ...before, [name]: value }))
    },
  })
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    submit(async () => {
      await setUp({ ...account, setupCode: account.setupCode.trim() })
      await leaveFor('/')
    })
  }

  return (
    <AuthCard
      title="Set up"
      sentence="The first account of this installation is its administrator. Others join by invitation."
      foot={
        server.demoAccount && (
          <span>
            Only looking? <Link href="/sign-in">Sign in with the demo account</Link>
          </span>
        )
      }
    >
      <form onSubmit={onSubmit}>
        {problem && <Notice kind="bad">{problem}</Notice>}
        <TextInput label="Name" autoComplete="name" {...field('name')} />
        <TextInput label="E-mail" type="email" autoComplete="username" {...field('email')} />
        <NewPassword
          value={account.password}
          onChange={(password) => setAccount((before) => ({ ...before, password }))}
        />
        <TextInput
          label="Set-up code"
          description="Printed by the server when it started."
          autoComplete="one-time-code"
          spellCheck={false}
          {...field('setupCode')}
        />
        <Button type="submit" loading={busy}>
          Create the administrator
        </Button>
      </form>
    </AuthCard>
  )
}
