import { Button, NativeSelect } from '@mantine/core'
import { IconBan, IconFlask } from '@tabler/icons-react'
import { roleNames, roles } from '../auth/roles.ts'
import { useViewer } from '../auth/viewer-gate.tsx'
import { graphql } from '../gql/gql.ts'
import type { PersonEntryFragment, UserRole } from '../gql/graphql.ts'
import { Entry } from '../ui/entry-list.tsx'
import { localTime } from '../ui/format.ts'
import { Pill } from '../ui/pill.tsx'

export const personEntryFragment = graphql(`
  fragment PersonEntry on Person {
    id
    name
    email
    role
    isDemo
    disabled
    createdAt
  }
`)

export type Person = PersonEntryFragment

/** One account, and what can be done with it; nothing with the demo account, which the server looks after. */
export function PersonEntry(props: {
  person: Person
  onRole: (person: Person, role: UserRole) => void
  onResetLink: (person: Person) => void
  onSignOut: (person: Person) => void
  onDisable: (person: Person) => void
  onEnable: (person: Person) => void
}) {
  const { person } = props
  const isViewer = person.id === useViewer().id
  const button = (label: string, onClick: (person: Person) => void) => (
    <Button variant="default" size="xs" onClick={() => onClick(person)}>
      {label}
    </Button>
  )
  return (
    <Entry
      title={
        <>
          {person.name}
          {isViewer && <span className="dim">(you)</span>}
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
            data={roles.map(({ value, name }) => ({ value, label: name }))}
            onChange={(event) => props.onRole(person, event.currentTarget.value as UserRole)}
          />
          {person.disabled ? (
            button('Enable', props.onEnable)
          ) : (
            <>
              {button('Password link', props.onResetLink)}
              {!isViewer && button('Sign out', props.onSignOut)}
              {button('Disable', props.onDisable)}
            </>
          )}
        </>
      )}
    </Entry>
  )
}
