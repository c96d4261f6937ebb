import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useState, type SubmitEvent } from 'react'
import { roleNames, rolePowers } from '../auth/roles.ts'
import { useSubmit } from '../auth/use-submit.ts'
import { graphql } from '../gql/gql.ts'
import type { UserRole } from '../gql/graphql.ts'
import { Notice } from '../ui/notice.tsx'
import { useMutate } from '../ui/use-mutate.ts'
import type { HandedOut } from './handed-out-link.tsx'

const invite = graphql(`
  mutation Invite($input: InviteInput!) {
    invite(input: $input) {
      link
      mailed
      invitation {
        id
        expiresAt
      }
    }
  }
`)

export function InviteForm(props: { onInvited: (link: HandedOut) => void; onClose: () => void }) {
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<UserRole>('TRADER')
  const { busy, problem, submit } = useSubmit()
  const run = useMutate(invite)
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    submit(async () => {
      const { invite: made } = await run({ input: { email: email.trim() || null, role } })
      const { link, mailed, invitation } = made
      const title = email.trim() === '' ? 'An invitation' : `An invitation for ${email.trim()}`
      props.onInvited({ title, link, mailed, expiresAt: invitation.expiresAt })
    })
  }
  return (
    <form className="form" onSubmit={onSubmit}>
      {problem && <Notice kind="bad">{problem}</Notice>}
      <TextInput
        label="E-mail"
        description="Only this address can use the invitation. Empty: whoever has the link."
        type="email"
        data-autofocus
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <NativeSelect
        label="Role"
        description={`May ${rolePowers[role]}.`}
        data={Object.entries(roleNames).map(([value, label]) => ({ value, label }))}
        value={role}
        onChange={(event) => setRole(event.currentTarget.value as UserRole)}
      />
      <div className="form-end">
        <Button variant="default" onClick={props.onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={busy}>
          Make the link
        </Button>
      </div>
    </form>
  )
}
