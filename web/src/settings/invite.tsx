import { Button, Modal, TextInput } from '@mantine/core'
import { useState, type SubmitEvent } from 'react'
import { roles } from '../auth/roles.ts'
import { useSubmit } from '../auth/use-submit.ts'
import { graphql } from '../gql/gql.ts'
import type { UserRole } from '../gql/graphql.ts'
import { Choices } from '../ui/choices.tsx'
import { Notice } from '../ui/notice.tsx'
import { useMutate } from '../ui/use-mutate.ts'
import { HandedOutLink, type HandedOut } from './handed-out-link.tsx'

const invite = graphql(`
  mutation Invite($input: InviteInput!) {
    invite(input: $input) {
      link
      mailed
      invitation {
        expiresAt
      }
    }
  }
`)

/** Asks whom to invite, and shows the link, once. */
export function Invite(props: { opened: boolean; onInvited: () => void; onClose: () => void }) {
  const { opened, onInvited, onClose } = props
  const [handedOut, setHandedOut] = useState<HandedOut | null>(null)
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      onExitTransitionEnd={() => setHandedOut(null)}
      title={handedOut?.title ?? 'Invite somebody'}
      closeOnClickOutside={handedOut === null}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {handedOut ? (
        <HandedOutLink handedOut={handedOut} onClose={onClose} />
      ) : (
        <InviteForm
          onClose={onClose}
          onInvited={(made) => {
            setHandedOut(made)
            onInvited()
          }}
        />
      )}
    </Modal>
  )
}

function InviteForm(props: { onInvited: (link: HandedOut) => void; onClose: () => void }) {
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<UserRole>('TRADER')
  const { busy, problem, submit } = useSubmit()
  const run = useMutate(invite)
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    submit(async () => {
      const address = email.trim()
      const { link, mailed, invitation } = (await run({ input: { email: address || null, role } })).invite
      const title = address === '' ? 'An invitation' : `An invitation for ${address}`
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
      <Choices label="Role" choices={roles} value={role} onChange={setRole} />
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
