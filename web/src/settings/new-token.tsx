import { Button, Modal, NativeSelect, TextInput } from '@mantine/core'
import { useState, type SubmitEvent } from 'react'
import { useSubmit } from '../auth/use-submit.ts'
import { useViewer } from '../auth/viewer-gate.tsx'
import { graphql } from '../gql/gql.ts'
import type { ApiScope } from '../gql/graphql.ts'
import { Choices } from '../ui/choices.tsx'
import { CopyField } from '../ui/copy-field.tsx'
import { Notice } from '../ui/notice.tsx'
import { useMutate } from '../ui/use-mutate.ts'
import { scopesFor } from './scopes.ts'

const createToken = graphql(`
  mutation CreateApiToken($input: CreateApiTokenInput!) {
    createApiToken(input: $input) {
      secret
    }
  }
`)

const lifetimes = [
  { label: '30 days', value: '30' },
  { label: '90 days', value: '90' },
  { label: '1 year', value: '365' },
  { label: 'Never', value: '' },
]

/** Makes a token and shows its secret, once. */
export function NewToken(props: { opened: boolean; onMade: () => void; onClose: () => void }) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title="Make a token"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <TokenForm onMade={props.onMade} onClose={props.onClose} />
    </Modal>
  )
}

function TokenForm({ onMade, onClose }: { onMade: () => void; onClose: () => void }) {
  const { role } = useViewer()
  const [name, setName] = useState('')
  const [scope, setScope] = useState<ApiScope>('READ')
  const [days, setDays] = useState('90')
  const [secret, setSecret] = useState<string | null>(null)
  const { busy, problem, submit } = useSubmit()
  const create = useMutate(createToken)

  if (secret !== null) return <Secret secret={secret} onClose={onClose} />
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    submit(async () => {
      const expiresInDays = days === '' ? null : Number(days)
      const made = await create({ input: { name: name.trim(), scopes: [scope], expiresInDays } })
      setSecret(made.createApiToken.secret)
      onMade()
    })
  }
  return (
    <form className="form" onSubmit={onSubmit}>
      {problem && <Notice kind="bad">{problem}</Notice>}
      <TextInput
        label="Name"
        description="What it is for, e.g. nightly report."
        required
        withAsterisk={false}
        data-autofocus
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Choices label="What it may do" choices={scopesFor(role)} value={scope} onChange={setScope} />
      <NativeSelect
        label="Expires"
        data={lifetimes}
        value={days}
        onChange={(event) => setDays(event.currentTarget.value)}
      />
      <div className="form-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={busy}>
          Make it
        </Button>
      </div>
    </form>
  )
}

function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const example = [
    `curl -H 'authorization: Bearer ${secret}' \\`,
    "  -H 'content-type: application/json' \\",
    `  -d '{"query":"{ scanResults { lastRun } }"}' \\`,
    `  ${location.origin}/graphql`,
  ].join('\n')
  return (
    <div className="form">
      <Notice kind="warn">This is the only time that it is shown. Keep it where you keep passwords.</Notice>
      <CopyField label="Token" text={secret} />
      <figure className="settings-example">
        <figcaption>In a terminal:</figcaption>
        <pre>{example}</pre>
      </figure>
      <div className="form-end">
        <Button onClick={onClose}>I have it</Button>
      </div>
    </div>
  )
}
