import { Button } from '@mantine/core'
import { useState } from 'react'
import { roleNames } from '../auth/roles.ts'
import { graphql } from '../gql/gql.ts'
import type { InvitationsQuery } from '../gql/graphql.ts'
import { Confirm, type Question } from '../ui/confirm.tsx'
import { Entry } from '../ui/entry-list.tsx'
import { localTime } from '../ui/format.ts'
import { useMutate } from '../ui/use-mutate.ts'
import { Paged } from './paged.tsx'
import { Section } from './section.tsx'
import { usePages, type Pages } from './use-pages.ts'

const invitationsQuery = graphql(`
  query Invitations($after: String) {
    invitations(first: 50, after: $after) {
      edges {
        node {
          id
          email
          role
          expiresAt
          invitedBy {
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

const revokeInvitation = graphql(`
  mutation RevokeInvitation($id: ID!) {
    revokeInvitation(id: $id) {
      id
    }
  }
`)

type Invitation = InvitationsQuery['invitations']['edges'][number]['node']

export const useInvitations = () =>
  usePages(
    'invitations',
    invitationsQuery,
    (after) => ({ after }),
    (data) => data.invitations,
  )

/** Those that nobody has used yet. */
export function InvitationList({ pages }: { pages: Pages<Invitation> }) {
  const [question, setQuestion] = useState<Question | null>(null)
  const revoke = useMutate(revokeInvitation)
  const askToRevoke = ({ id }: Invitation) =>
    setQuestion({
      title: 'Revoke this invitation?',
      sentence: 'Its link opens nothing any more.',
      yes: 'Revoke',
      heir: 'invitations',
      act: async () => {
        await revoke({ id })
        pages.again()
      },
    })
  return (
    <Section title="Open invitations" id="invitations">
      <Paged
        label="Open invitations"
        pages={pages}
        empty={<p className="settings-none">None: everybody who was invited has joined.</p>}
      >
        {(invitation) => (
          <Entry
            key={invitation.id}
            title={invitation.email ?? 'Whoever has the link'}
            details={detailsOf(invitation)}
          >
            <Button variant="default" size="xs" onClick={() => askToRevoke(invitation)}>
              Revoke
            </Button>
          </Entry>
        )}
      </Paged>
      <Confirm question={question} onClose={() => setQuestion(null)} />
    </Section>
  )
}

function detailsOf({ role, invitedBy, expiresAt }: Invitation): string {
  const by = invitedBy?.name ?? 'somebody who has left'
  return `${roleNames[role]} · by ${by} · until ${localTime(expiresAt)}`
}
