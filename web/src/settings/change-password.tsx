import { Button, PasswordInput } from '@mantine/core'
import { useState, type SubmitEvent } from 'react'
import { NewPassword } from '../auth/password-field.tsx'
import { useSubmit } from '../auth/use-submit.ts'
import { graphql } from '../gql/gql.ts'
import { Notice } from '../ui/notice.tsx'
import { useMutate } from '../ui/use-mutate.ts'

const changePassword = graphql(`
  mutation ChangePassword($input: ChangePasswordInput!) {
    changePassword(input: $input) {
      id
    }
  }
`)

export function ChangePassword({ email, onChanged }: { email: string; onChanged: () => void }) {
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [done, setDone] = useState(false)
  const { busy, problem, submit } = useSubmit()
  const change = useMutate(changePassword)
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    setDone(false)
    submit(async () => {
      await change({ input: { currentPassword: current, newPassword: next } })
      setCurrent('')
      setNext('')
      setDone(true)
      onChanged()
    })
  }
  return (
    <form className="form settings-form card" onSubmit={onSubmit}>
      {problem && <Notice kind="bad">{problem}</Notice>}
      {/* For password managers. */}
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <PasswordInput
        label="Current password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
      />
      <NewPassword label="New password" value={next} onChange={setNext} />
      <div className="form-end">
        <output className="settings-done" aria-live="polite">
          {done && 'Changed. Your other browsers are signed out.'}
        </output>
        <Button type="submit" loading={busy}>
          Change the password
        </Button>
      </div>
    </form>
  )
}
