import { Button } from '@mantine/core'
import { IconDeviceDesktop } from '@tabler/icons-react'
import type { CombinedError } from '@urql/core'
import { useState } from 'react'
import { useQuery } from 'urql'
import { graphql } from '../gql/gql.ts'
import type { SessionsQuery } from '../gql/graphql.ts'
import { Asked } from '../ui/asked.tsx'
import { Confirm, type Question } from '../ui/confirm.tsx'
import { Entry, EntryList } from '../ui/entry-list.tsx'
import { localTime } from '../ui/format.ts'
import { Pill } from '../ui/pill.tsx'
import { useMutate } from '../ui/use-mutate.ts'
import { browserName } from './browser-name.ts'
import { Section } from './section.tsx'

const sessionsQuery = graphql(`
  query Sessions {
    sessions {
      id
      createdAt
      address
      userAgent
      isCurrent
    }
  }
`)

const endSession = graphql(`
  mutation EndSession($id: ID!) {
    endSession(id: $id) {
      id
    }
  }
`)

const endOtherSessions = graphql(`
  mutation EndOtherSessions {
    endOtherSessions
  }
`)

type Session = SessionsQuery['sessions'][number]

export const useSessions = () => useQuery({ query: sessionsQuery })

/** The browsers in which the person is signed in, and the way to end them. */
export function SessionList(props: {
  data: SessionsQuery | undefined
  error: CombinedError | undefined
  again: () => void
}) {
  const { data, error, again } = props
  const [question, setQuestion] = useState<Question | null>(null)
  const end = useMutate(endSession)
  const endOthers = useMutate(endOtherSessions)
  const askToEnd = (session: Session) =>
    setQuestion({
      title: 'Sign this browser out?',
      sentence: `${browserName(session.userAgent)} is signed out at once, and has to sign in again.`,
      yes: 'Sign it out',
      heir: 'sessions',
      act: async () => {
        await end({ id: session.id })
        again()
      },
    })
  const askToEndOthers = () =>
    setQuestion({
      title: 'Sign out everywhere else?',
      sentence: 'Every browser but this one is signed out at once. API tokens go on working.',
      yes: 'Sign out everywhere else',
      heir: 'sessions',
      act: async () => {
        await endOthers({})
        again()
      },
    })
  return (
    <Section
      title="Where you are signed in"
      id="sessions"
      action={
        data &&
        data.sessions.length > 1 && (
          <Button variant="default" size="xs" onClick={askToEndOthers}>
            Sign out everywhere else
          </Button>
        )
      }
    >
      <Asked data={data} error={error} again={again}>
        {({ sessions }) => (
          <EntryList label="Where you are signed in">
            {sessions.map((session) => (
              <Entry
                key={session.id}
                title={
                  <>
                    {browserName(session.userAgent)}
                    {session.isCurrent && (
                      <Pill tone="good" icon={IconDeviceDesktop}>
                        This browser
                      </Pill>
                    )}
                  </>
                }
                details={`${session.address ?? 'Unknown address'} · signed in ${localTime(session.createdAt)}`}
              >
                {!session.isCurrent && (
                  <Button variant="default" size="xs" onClick={() => askToEnd(session)}>
                    Sign out
                  </Button>
                )}
              </Entry>
            ))}
          </EntryList>
        )}
      </Asked>
      <Confirm question={question} onClose={() => setQuestion(null)} />
    </Section>
  )
}
