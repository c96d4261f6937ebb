import { Modal } from '@mantine/core'
import { useState } from 'react'
import { roleNames, rolePowers } from '../auth/roles.ts'
import { graphql } from '../gql/gql.ts'
import type { UserRole } from '../gql/graphql.ts'
import { Confirm, type Question } from '../ui/confirm.tsx'
import { Notice } from '../ui/notice.tsx'
import { useLast } from '../ui/use-last.ts'
import { useMutate } from '../ui/use-mutate.ts'
import { HandedOutLink, type HandedOut } from './handed-out-link.tsx'
import { Paged } from './paged.tsx'
import { PersonEntry, type Person } from './person-entry.tsx'
import { usePages } from './use-pages.ts'

const peopleQuery = graphql(`
  query People($after: String) {
    people(first: 50, after: $after) {
      edges {
        node {
          ...PersonEntry
        }
      }
      pageInfo {
        hasNextPage
        endCursor
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

/** Everybody with an account, and what administrators do about them. */
export function PeopleList() {
  const pages = usePages(
    'people',
    peopleQuery,
    (after) => ({ after }),
    (data) => data.people,
  )
  const [question, ask] = useState<Question | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [handedOut, handOut] = useState<HandedOut | null>(null)
  const shown = useLast(handedOut)
  const change = useMutate(changeRole)
  const disable = useMutate(disablePerson)
  const enable = useMutate(enablePerson)
  const signOut = useMutate(endSessionsOf)
  const createLink = useMutate(createResetLink)

  const askForRole = ({ id, name }: Person, role: UserRole) =>
    ask({
      title: `Change ${name}’s role?`,
      sentence: `As ${roleNames[role].toLowerCase()}, ${name} may ${rolePowers[role]}.`,
      yes: 'Change the role',
      act: async () => {
        await change({ personId: id, role })
        pages.again()
      },
    })
  const askToDisable = ({ id, name }: Person) =>
    ask({
      title: `Disable ${name}?`,
      sentence:
        'Signed out everywhere at once, and no way back in; tokens stop working. You can enable the account again.',
      yes: 'Disable',
      act: async () => {
        await disable({ personId: id })
        pages.again()
      },
    })
  const askToSignOut = ({ id, name }: Person) =>
    ask({
      title: `Sign ${name} out everywhere?`,
      sentence: 'Every browser has to sign in again. API tokens go on working.',
      yes: 'Sign out',
      act: async () => void (await signOut({ personId: id })),
    })
  /** Without a question: nothing is lost. */
  const act = (work: () => Promise<void>) => {
    setProblem(null)
    work().catch((error: Error) => setProblem(error.message))
  }
  const onEnable = ({ id }: Person) =>
    act(async () => {
      await enable({ personId: id })
      pages.again()
    })
  const onResetLink = ({ id, name }: Person) =>
    act(async () => {
      const { createPasswordResetLink: made } = await createLink({ personId: id })
      handOut({ title: `A new password for ${name}`, ...made })
    })

  return (
    <>
      {problem && (
        <Notice kind="bad" onClose={() => setProblem(null)}>
          {problem}
        </Notice>
      )}
      <Paged label="Accounts" pages={pages} empty={null}>
        {(person) => (
          <PersonEntry
            key={person.id}
            person={person}
            onRole={askForRole}
            onResetLink={onResetLink}
            onSignOut={askToSignOut}
            onDisable={askToDisable}
            onEnable={onEnable}
          />
        )}
      </Paged>
      <Confirm question={question} onClose={() => ask(null)} />
      <Modal
        opened={handedOut !== null}
        onClose={() => handOut(null)}
        title={shown?.title}
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {shown && <HandedOutLink handedOut={shown} onClose={() => handOut(null)} />}
      </Modal>
    </>
  )
}
