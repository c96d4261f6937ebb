import { Button, Modal, NativeSelect } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconBan, IconFlask, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useQuery } from 'urql'
import { roleNames, rolePowers } from '../auth/roles.ts'
import { useViewer } from '../auth/viewer-gate.tsx'
import { graphql } from '../gql/gql.ts'
import type { InvitationsQuery, PeopleQuery, UserRole } from '../gql/graphql.ts'
import { Asked } from '../ui/asked.tsx'
import { Confirm, type Question } from '../ui/confirm.tsx'
import { Entry, EntryList } from '../ui/entry-list.tsx'
import { localTime } from '../ui/format.ts'
import { Notice } from '../ui/notice.tsx'
import { Pill } from '../ui/pill.tsx'
import { useMutate } from '../ui/use-mutate.ts'
import { HandedOutLink, type HandedOut } from './handed-out-link.tsx'
import { InviteForm } from './invite-form.tsx'

const peopleQuery = graphql(`
  query People($after: String) {
    people(first: 100, after: $after) {
      edges {
        node {
          id
          name
          email
          role
          isDemo
          disabled
          createdAt
        }
      }
    }
  }
`)

const invitationsQuery = graphql(`
  query Invitations {
    invitations(first: 100) {
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
    }
  }
`)

const changeRole = graphql(`
  mutation ChangeRole($personId: ID!, $role: UserRole!) {
    changeRole(personId: $personId, role: $role) {
      id
    }
  }
`)
const disablePerson = graphql(`
  mutation DisablePerson($personId: ID!) {
    disablePerson(personId: $personId) {
      id
    }
  }
`)
const enablePerson = graphql(`
  mutation EnablePerson($personId: ID!) {
    enablePerson(personId: $personId) {
      id
    }
  }
`)
const endSessionsOf = graphql(`
  mutation EndSessionsOf($personId: ID!) {
    endSessionsOf(personId: $personId)
  }
`)
const createResetLink = graphql(`
  mutation CreatePasswordResetLink($personId: ID!) {
    createPasswordResetLink(personId: $personId) {
      link
      mailed
      expiresAt
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

type Person = PeopleQuery['people']['edges'][number]['node']
type Invitation = InvitationsQuery['invitations']['edges'][number]['node']

export function PeoplePage() {
  const [people, askPeople] = useQuery({ query: peopleQuery, variables: {} })
  const [invitations, askInvitations] = useQuery({ query: invitationsQuery })
  const [inviting, invite] = useDisclosure(false)
  const [handedOut, handOut] = useState<HandedOut | null>(null)
  return (
    <>
      <section className="settings-section" aria-labelledby="people">
        <div className="settings-head">
          <h2 className="section-title" id="people">
            Accounts
          </h2>
          <Button leftSection={<IconPlus size={16} />} onClick={invite.open}>
            Invite somebody
          </Button>
        </div>
        <Asked data={people.data} error={people.error} again={askPeople}>
          {(data) => (
            <People
              people={data.people.edges.map(({ node }) => node)}
              onChanged={askPeople}
              onLink={handOut}
            />
          )}
        </Asked>
      </section>
      <Asked data={invitations.data} error={invitations.error} again={askInvitations}>
        {(data) =>
          data.invitations.edges.length > 0 && (
            <Invitations
              invitations={data.invitations.edges.map(({ node }) => node)}
              onChanged={askInvitations}
            />
          )
        }
      </Asked>
      <Modal
        opened={inviting}
        onClose={invite.close}
        title="Invite somebody"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <InviteForm
          onClose={invite.close}
          onInvited={(link) => {
            invite.close()
            handOut(link)
            askInvitations()
          }}
        />
      </Modal>
      <HandedOutLink handedOut={handedOut} onClose={() => handOut(null)} />
    </>
  )
}

function People(props: { people: Person[]; onChanged: () => void; onLink: (link: HandedOut) => void }) {
  const { people, onChanged, onLink } = props
  const viewer = useViewer()
  const [question, ask] = useState<Question | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const change = useMutate(changeRole)
  const disable = useMutate(disablePerson)
  const enable = useMutate(enablePerson)
  const signOut = useMutate(endSessionsOf)
  const createLink = useMutate(createResetLink)

  /** Without a question: easily undone. */
  function act(work: () => Promise<unknown>) {
    setProblem(null)
    work().then(onChanged, (error: Error) => {
      setProblem(error.message)
      onChanged()
    })
  }
  const askToDisable = ({ id, name }: Person) =>
    ask({
      title: `Disable ${name}?`,
      sentence:
        'Signed out everywhere at once, and no way back in; tokens stop working. You can enable the account again.',
      yes: 'Disable',
      act: async () => {
        await disable({ personId: id })
        onChanged()
      },
    })
  const askToSignOut = ({ id, name }: Person) =>
    ask({
      title: `Sign ${name} out everywhere?`,
      sentence: 'Every browser has to sign in again. API tokens go on working.',
      yes: 'Sign out',
      act: async () => void (await signOut({ personId: id })),
    })
  const resetLink = (person: Person) =>
    act(async () => {
      const { createPasswordResetLink: made } = await createLink({ personId: person.id })
      onLink({ title: `A new password for ${person.name}`, ...made })
    })

  return (
    <>
      {problem && (
        <Notice kind="bad" onClose={() => setProblem(null)}>
          {problem}
        </Notice>
      )}
      <EntryList label="Accounts">
        {people.map((person) => (
          <Entry
            key={person.id}
            title={
              <>
                {person.name}
                {person.id === viewer.id && <span className="dim">(you)</span>}
                {person.isDemo && (
                  <Pill tone="warn" icon={IconFlask}>
                    Demo
                  </Pill>
                )}
                {person.disabled && (
                  <Pill tone="bad" icon={IconBan}>
                    Disabled
                  </Pill>
                )}
              </>
            }
            details={`${person.email} · joined ${localTime(person.createdAt)}`}
          >
            {person.isDemo ? (
              <span className="dim">{roleNames[person.role]}</span>
            ) : (
              <>
                <NativeSelect
                  aria-label={`Role of ${person.name}`}
                  size="xs"
                  value={person.role}
                  data={Object.entries(roleNames).map(([value, label]) => ({ value, label }))}
                  title={`May ${rolePowers[person.role]}.`}
                  onChange={(event) => {
                    const role = event.currentTarget.value as UserRole
                    act(() => change({ personId: person.id, role }))
                  }}
                />
                <Button variant="default" size="xs" onClick={() => resetLink(person)}>
                  Password link
                </Button>
                {person.id !== viewer.id && (
                  <Button variant="default" size="xs" onClick={() => askToSignOut(person)}>
                    Sign out
                  </Button>
                )}
                {person.disabled ? (
                  <Button
                    variant="default"
                    size="xs"
                    onClick={() => act(() => enable({ personId: person.id }))}
                  >
                    Enable
                  </Button>
                ) : (
                  <Button variant="default" size="xs" onClick={() => askToDisable(person)}>
                    Disable
                  </Button>
                )}
              </>
            )}
          </Entry>
        ))}
      </EntryList>
      <Confirm question={question} onClose={() => ask(null)} />
    </>
  )
}

function Invitations({ invitations, onChanged }: { invitations: Invitation[]; onChanged: () => void }) {
  const [question, ask] = useState<Question | null>(null)
  const revoke = useMutate(revokeInvitation)
  const askToRevoke = ({ id }: Invitation) =>
    ask({
      title: 'Revoke this invitation?',
      sentence: 'Its link opens nothing any more.',
      yes: 'Revoke',
      act: async () => {
        await revoke({ id })
        onChanged()
      },
    })
  return (
    <section className="settings-section" aria-labelledby="invitations">
      <h2 className="section-title" id="invitations">
        Open invitations
      </h2>
      <EntryList label="Open invitations">
        {invitations.map((invitation) => (
          <Entry
            key={invitation.id}
            title={invitation.email ?? 'Whoever has the link'}
            details={`${roleNames[invitation.role]} · by ${invitation.invitedBy?.name ?? 'somebody who has left'} · until ${localTime(invitation.expiresAt)}`}
          >
            <Button variant="default" size="xs" onClick={() => askToRevoke(invitation)}>
              Revoke
            </Button>
          </Entry>
        ))}
      </EntryList>
      <Confirm question={question} onClose={() => ask(null)} />
    </section>
  )
}
