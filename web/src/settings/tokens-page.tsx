import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconKey, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useQuery } from 'urql'
import { graphql } from '../gql/gql.ts'
import type { ApiTokensQuery } from '../gql/graphql.ts'
import { Asked } from '../ui/asked.tsx'
import { Confirm, type Question } from '../ui/confirm.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Entry, EntryList } from '../ui/entry-list.tsx'
import { localTime } from '../ui/format.ts'
import { useMutate } from '../ui/use-mutate.ts'
import { NewToken } from './new-token.tsx'
import { highestOf } from './scopes.ts'
import { Section } from './section.tsx'

const tokensQuery = graphql(`
  query ApiTokens {
    apiTokens {
      id
      name
      hint
      scopes
      expiresAt
      lastUsedAt
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
      heir: 'tokens',
      act: async () => {
        await revoke({ id })
        ask()
      },
    })
  return (
    <Section
      title="Your tokens"
      id="tokens"
      action={
        <Button leftSection={<IconPlus size={16} />} onClick={make.open}>
          Make a token
        </Button>
      }
    >
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
      <NewToken opened={making} onMade={ask} onClose={make.close} />
      <Confirm question={question} onClose={() => setQuestion(null)} />
    </Section>
  )
}

function detailsOf({ scopes, expiresAt, lastUsedAt }: Token): string {
  const expired = expiresAt !== null && Date.parse(expiresAt) <= Date.now()
  const end =
    expiresAt === null ? 'never expires' : `${expired ? 'expired' : 'expires'} ${localTime(expiresAt)}`
  const use = lastUsedAt === null ? 'not used yet' : `last used ${localTime(lastUsedAt)}`
  return `${highestOf(scopes).name} · ${end} · ${use}`
}
