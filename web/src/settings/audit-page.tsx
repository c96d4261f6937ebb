import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { graphql } from '../gql/gql.ts'
import type { AuditAction } from '../gql/graphql.ts'
import { Asked } from '../ui/asked.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Entry, EntryList } from '../ui/entry-list.tsx'
import { localTime } from '../ui/format.ts'
import { usePages } from './use-pages.ts'

const auditQuery = graphql(`
  query Audit($after: String, $action: AuditAction) {
    auditEntries(first: 50, after: $after, action: $action) {
      edges {
        node {
          id
          at
          summary
          address
          actor {
            name
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`)

const actionNames: Record<AuditAction, string> = {
  SIGNED_IN: 'Signed in',
  SIGN_IN_REFUSED: 'Sign-in refused',
  SIGNED_OUT: 'Signed out',
  SET_UP: 'Set up',
  JOINED: 'Joined',
  INVITED: 'Invited',
  INVITATION_REVOKED: 'Invitation revoked',
  ROLE_CHANGED: 'Role changed',
  PERSON_DISABLED: 'Account disabled',
  PERSON_ENABLED: 'Account enabled',
  PASSWORD_CHANGED: 'Password changed',
  RESET_LINK_CREATED: 'Password link made',
  PASSWORD_RESET: 'Password reset',
  SESSIONS_ENDED: 'Sessions ended',
  TOKEN_CREATED: 'Token made',
  TOKEN_REVOKED: 'Token revoked',
  STOCK_ADDED: 'Stock added',
  STOCK_CHANGED: 'Stock changed',
  CRITERIA_CHANGED: 'Criteria changed',
}

export function AuditPage() {
  const [action, setAction] = useState<AuditAction | null>(null)
  const { nodes, error, busy, again, more } = usePages(
    String(action),
    auditQuery,
    (after) => ({ after, action }),
    (data) => data.auditEntries,
  )
  return (
    <section className="settings-section" aria-label="Audit log">
      <NativeSelect
        className="settings-filter"
        label="Show"
        data={[
          { value: '', label: 'Everything' },
          ...Object.entries(actionNames).map(([value, label]) => ({ value, label })),
        ]}
        value={action ?? ''}
        onChange={(event) => setAction((event.currentTarget.value || null) as AuditAction | null)}
      />
      <Asked data={nodes} error={error} again={again}>
        {(entries) =>
          entries.length === 0 ? (
            <EmptyState title="Nothing of that kind">
              Nobody has done it, as far back as the log goes.
            </EmptyState>
          ) : (
            <EntryList label="Audit log">
              {entries.map((entry) => (
                <Entry
                  key={entry.id}
                  title={entry.summary}
                  details={`${entry.actor?.name ?? 'Nobody signed in'} · ${localTime(entry.at)}${entry.address ? ` · ${entry.address}` : ''}`}
                />
              ))}
            </EntryList>
          )
        }
      </Asked>
      {more && (
        <Button className="settings-more" variant="default" loading={busy} onClick={more}>
          Show older ones
        </Button>
      )}
    </section>
  )
}
