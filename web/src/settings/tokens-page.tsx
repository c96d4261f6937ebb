import { Button, Modal, NativeSelect, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconKey, IconPlus } from '@tabler/icons-react'
import { useState, type SubmitEvent } from 'react'
import { useQuery } from 'urql'
import { useSubmit } from '../auth/use-submit.ts'
import { useViewer } from '../auth/viewer-gate.tsx'
import { graphql } from '../gql/gql.ts'
import type { ApiScope, ApiTokensQuery } from '../gql/graphql.ts'
import { Asked } from '../ui/asked.tsx'
import { Confirm, type Question } from '../ui/confirm.tsx'
import { CopyField } from '../ui/copy-field.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Entry, EntryList } from '../ui/entry-list.tsx'
import { localTime } from '../ui/format.ts'
import { Notice } from '../ui/notice.tsx'
import { useMutate } from '../ui/use-mutate.ts'

const tokensQuery = graphql(`
  query ApiTokens {
    apiTokens {
      id
      name
      hint
      scopes
      createdAt
      expiresAt
      lastUsedAt
    }
  }
`)

const createToken = graphql(`
  mutation CreateApiToken($input: CreateApiTokenInput!) {
    createApiToken(input: $input) {
      secret
      apiToken {
        id
      }
    }
  }
`)

const revokeToken = graphql(`
  mutation RevokeApiToken($id: ID!) {
    revokeApiToken(id: $id) {
      id
    }
  }
`)

type Token = ApiTokensQuery['apiTokens'][number]

/** Each includes those before it. */
const scopeTexts: Record<ApiScope, string> = {
  READ: 'Read results and follow scans',
  SCAN: 'Start and cancel scans, too',
  ADMIN: 'Edit the list and the criteria, read people and the audit log, too',
}
const rank: ApiScope[] = ['READ', 'SCAN', 'ADMIN']
const lifetimes = [
  { label: '30 days', value: '30' },
  { label: '90 days', value: '90' },
  { label: '1 year', value: '365' },
  { label: 'Never', value: '' },
]

export function TokensPage() {
  const [{ data, error }, ask] = useQuery({ query: tokensQuery })
  const [making, make] = useDisclosure(false)
  const [question, setQuestion] = useState<Question | null>(null)
  const revoke = useMutate(revokeToken)
  const askToRevoke = ({ id, name }: Token) =>
    setQuestion({
      title: `Revoke “${name}”?`,
      sentence: 'Programs that use it are turned away at once, and what they follow ends.',
      yes: 'Revoke',
      act: async () => {
        await revoke({ id })
        ask()
      },
    })
  return (
    <section className="settings-section" aria-labelledby="tokens">
      <div className="settings-head">
        <h2 className="section-title" id="tokens">
          Your tokens
        </h2>
        <Button leftSection={<IconPlus size={16} />} onClick={make.open}>
          Make a token
        </Button>
      </div>
      <Asked data={data} error={error} again={ask}>
        {({ apiTokens }) =>
          apiTokens.length === 0 ? (
            <EmptyState title="No tokens yet" icon={<IconKey size={26} />}>
              A program that scans or reads results needs one.
            </EmptyState>
          ) : (
            <EntryList label="Your tokens">
              {apiTokens.map((token) => (
                <Entry key={token.id} title={`${token.name} · …${token.hint}`} details={detailsOf(token)}>
                  <Button variant="default" size="xs" onClick={() => askToRevoke(token)}>
                    Revoke
                  </Button>
                </Entry>
              ))}
            </EntryList>
          )
        }
      </Asked>
      <Modal
        opened={making}
        onClose={make.close}
        title="Make a token"
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <NewToken onMade={ask} onClose={make.close} />
      </Modal>
      <Confirm question={question} onClose={() => setQuestion(null)} />
    </section>
  )
}

function detailsOf({ scopes, expiresAt, lastUsedAt }: Token): string {
  const highest = rank.findLast((scope) => scopes.includes(scope)) ?? 'READ'
  const expired = expiresAt !== null && Date.parse(expiresAt) <= Date.now()
  const end =
    expiresAt === null ? 'never expires' : `${expired ? 'expired' : 'expires'} ${localTime(expiresAt)}`
  const use = lastUsedAt === null ? 'not used yet' : `last used ${localTime(lastUsedAt)}`
  return `${scopeTexts[highest]} · ${end} · ${use}`
}

function NewToken({ onMade, onClose }: { onMade: () => void; onClose: () => void }) {
  const { role } = useViewer()
  const [name, setName] = useState('')
  const [scope, setScope] = useState<ApiScope>('READ')
  const [days, setDays] = useState('90')
  const [secret, setSecret] = useState<string | null>(null)
  const { busy, problem, submit } = useSubmit()
  const create = useMutate(createToken)
  const allowed = rank.slice(0, role === 'VIEWER' ? 1 : role === 'TRADER' ? 2 : 3)

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
      <NativeSelect
        label="What it may do"
        data={allowed.map((value) => ({ value, label: scopeTexts[value] }))}
        value={scope}
        onChange={(event) => setScope(event.currentTarget.value as ApiScope)}
      />
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
      <pre>{example}</pre>
      <div className="form-end">
        <Button onClick={onClose}>I have it</Button>
      </div>
    </div>
  )
}
