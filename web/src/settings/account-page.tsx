import { Button, PasswordInput } from '@mantine/core'
import { IconDeviceDesktop } from '@tabler/icons-react'
import { useState, type SubmitEvent } from 'react'
import { useQuery } from 'urql'
import { NewPassword } from '../auth/password-field.tsx'
import { roleNames, rolePowers } from '../auth/roles.ts'
import { useSubmit } from '../auth/use-submit.ts'
import { useViewer } from '../auth/viewer-gate.tsx'
import { graphql } from '../gql/gql.ts'
import { Asked } from '../ui/asked.tsx'
import { Confirm, type Question } from '../ui/confirm.tsx'
import { Entry, EntryList } from '../ui/entry-list.tsx'
import { localTime } from '../ui/format.ts'
import { Notice } from '../ui/notice.tsx'
import { Pill } from '../ui/pill.tsx'
import { useMutate } from '../ui/use-mutate.ts'
import { browserName } from './browser-name.ts'

const sessionsQuery = graphql(`
  query Sessions {
    sessions {
      id
      createdAt
      lastUsedAt
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

const changePassword = graphql(`
  mutation ChangePassword($input: ChangePasswordInput!) {
    changePassword(input: $input) {
      id
    }
  }
`)

export function AccountPage() {
  const viewer = useViewer()
  const [{ data, error }, ask] = useQuery({ query: sessionsQuery })
  return (
    <>
      <section className="settings-section" aria-labelledby="you">
        <h2 className="section-title" id="you">
          You
        </h2>
        <EntryList label="You">
          <Entry
            title={viewer.name}
            details={
              <>
                {viewer.email} · {roleNames[viewer.role]}: may {rolePowers[viewer.role]}
              </>
            }
          />
        </EntryList>
      </section>
      <Asked data={data} error={error} again={ask}>
        {({ sessions }) => <Sessions sessions={sessions} onChanged={ask} />}
      </Asked>
      <section className="settings-section" aria-labelledby="password">
        <h2 className="section-title" id="password">
          Password
        </h2>
        {viewer.isDemo ? (
          <Notice kind="calm">The demo account keeps its password.</Notice>
        ) : (
          <PasswordForm email={viewer.email} onChanged={ask} />
        )}
      </section>
    </>
  )
}

interface Session {
  id: string
  createdAt: string
  lastUsedAt: string
  address: string | null
  userAgent: string | null
  isCurrent: boolean
}

function Sessions({ sessions, onChanged }: { sessions: Session[]; onChanged: () => void }) {
  const [question, ask] = useState<Question | null>(null)
  const end = useMutate(endSession)
  const endOthers = useMutate(endOtherSessions)
  const askToEnd = (session: Session) =>
    ask({
      title: 'Sign this browser out?',
      sentence: `${browserName(session.userAgent)} is signed out at once, and has to sign in again.`,
      yes: 'Sign it out',
      act: async () => {
        await end({ id: session.id })
        onChanged()
      },
    })
  const askToEndOthers = () =>
    ask({
      title: 'Sign out everywhere else?',
      sentence: 'Every browser but this one is signed out at once. API tokens go on working.',
      yes: 'Sign out everywhere else',
      act: async () => {
        await endOthers({})
        onChanged()
      },
    })
  return (
    <section className="settings-section" aria-labelledby="sessions">
      <div className="settings-head">
        <h2 className="section-title" id="sessions">
          Where you are signed in
        </h2>
        {sessions.length > 1 && (
          <Button variant="default" size="xs" onClick={askToEndOthers}>
            Sign out everywhere else
          </Button>
        )}
      </div>
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
      <Confirm question={question} onClose={() => ask(null)} />
    </section>
  )
}

function PasswordForm({ email, onChanged }: { email: string; onChanged: () => void }) {
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [done, setDone] = useState(false)
  const { busy, problem, submit } = useSubmit()
  const change = useMutate(changePassword)
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    setDone(false)
    submit(async () => {
      await change({ input: { currentPassword: current, newPassword: next } })
      setCurrent('')
      setNext('')
      setDone(true)
      onChanged()
    })
  }
  return (
    <form className="form settings-form card" onSubmit={onSubmit}>
      {problem && <Notice kind="bad">{problem}</Notice>}
      {/* For password managers. */}
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <PasswordInput
        label="Current password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
      />
      <NewPassword label="New password" value={next} onChange={setNext} />
      <div className="form-end">
        <output className="settings-done" aria-live="polite">
          {done && 'Changed. Your other browsers are signed out.'}
        </output>
        <Button type="submit" loading={busy}>
          Change the password
        </Button>
      </div>
    </form>
  )
}
