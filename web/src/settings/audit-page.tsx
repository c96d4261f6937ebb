import { NativeSelect } from '@mantine/core'
import { IconListSearch } from '@tabler/icons-react'
import { useSearchParams } from 'wouter'
import { graphql } from '../gql/gql.ts'
import type { AuditAction, AuditQuery } from '../gql/graphql.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { Entry } from '../ui/entry-list.tsx'
import { localTime } from '../ui/format.ts'
import { Paged } from './paged.tsx'
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

const isAction = (text: string | null): text is AuditAction =>
  text !== null && Object.hasOwn(actionNames, text)

export function AuditPage() {
  const [params, setParams] = useSearchParams()
  const asked = params.get('action')
  const action = isAction(asked) ? asked : null
  const pages = usePages(
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
        onChange={(event) => {
          const { value } = event.currentTarget
          setParams(value === '' ? {} : { action: value }, { replace: true })
        }}
      />
      <Paged
        label="Audit log"
        pages={pages}
        empty={
          <EmptyState title="Nothing of that kind" icon={<IconListSearch size={26} />}>
            Nobody has done it, as far back as the log goes.
          </EmptyState>
        }
      >
        {(entry) => <Entry key={entry.id} title={entry.summary} details={detailsOf(entry)} />}
      </Paged>
    </section>
  )
}

function detailsOf({ actor, at, address }: AuditQuery['auditEntries']['edges'][number]['node']): string {
  return [actor?.name ?? 'Nobody signed in', localTime(at), ...(address ? [address] : [])].join(' · ')
}
