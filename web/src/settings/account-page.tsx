import { roleNames, rolePowers } from '../auth/roles.ts'
import { useViewer } from '../auth/viewer-gate.tsx'
import { Entry, EntryList } from '../ui/entry-list.tsx'
import { Notice } from '../ui/notice.tsx'
import { ChangePassword } from './change-password.tsx'
import { Section } from './section.tsx'
import { SessionList, useSessions } from './session-list.tsx'

/** What belongs to the person alone. */
export function AccountPage() {
  const { name, email, role, isDemo } = useViewer()
  const [{ data, error }, again] = useSessions()
  return (
    <>
      <Section title="You">
        <EntryList label="You">
          <Entry title={name} details={`${email} · ${roleNames[role]}: may ${rolePowers[role]}`} />
        </EntryList>
      </Section>
      <SessionList data={data} error={error} again={again} />
      <Section title="Password">
        {isDemo ? (
          <Notice kind="calm">The demo account keeps its password.</Notice>
        ) : (
          <ChangePassword email={email} onChanged={again} />
        )}
      </Section>
    </>
  )
}
