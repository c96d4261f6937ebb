import { IconLock } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link, Route, Switch, useRoute } from 'wouter'
import { useViewer } from '../auth/viewer-gate.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { NotFoundPage } from '../ui/not-found-page.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { AccountPage } from './account-page.tsx'
import { AuditPage } from './audit-page.tsx'
import { CriteriaPage } from './criteria-page.tsx'
import { PeoplePage } from './people-page.tsx'
import { RunsPage } from './runs-page.tsx'
import './settings.css'
import { TokensPage } from './tokens-page.tsx'

interface Section {
  path: string
  name: string
  sentence: ReactNode
  page: () => ReactNode
  /** For administrators only. */
  governs?: true
}

const sections: Section[] = [
  {
    path: '/settings',
    name: 'Scan',
    sentence:
      'What a scan keeps. It holds for everybody on this server; narrow it for yourself with the scanner’s filters.',
    page: CriteriaPage,
  },
  {
    path: '/settings/runs',
    name: 'Scan runs',
    sentence: 'Who scanned when, and how it ended.',
    page: RunsPage,
  },
  {
    path: '/settings/account',
    name: 'Account',
    sentence: 'Your password, and the browsers in which you are signed in.',
    page: AccountPage,
  },
  {
    path: '/settings/tokens',
    name: 'API tokens',
    sentence: 'For programs that ask this server on your behalf.',
    page: TokensPage,
  },
  {
    path: '/settings/people',
    name: 'People',
    sentence: 'Who may use this server, and for what.',
    page: PeoplePage,
    governs: true,
  },
  {
    path: '/settings/audit',
    name: 'Audit log',
    sentence: 'Who did what to accounts, tokens, the list and the criteria.',
    page: AuditPage,
    governs: true,
  },
]

/** Everything that is set up once and then left alone, a section at a time. */
export function SettingsPages() {
  const isAdministrator = useViewer().role === 'ADMINISTRATOR'
  const shown = sections.filter(({ governs }) => isAdministrator || !governs)
  return (
    <Switch>
      {sections.map((section) => (
        <Route key={section.path} path={section.path}>
          <div className="page-body settings">
            <PageHeader
              title={section.path === '/settings' ? 'Settings' : section.name}
              sentence={section.sentence}
            />
            <nav className="settings-nav" aria-label="Settings">
              {shown.map(({ path, name }) => (
                <SectionLink key={path} href={path} name={name} />
              ))}
            </nav>
            {shown.includes(section) ? (
              <section.page />
            ) : (
              <EmptyState title="This is for administrators" icon={<IconLock size={26} />}>
                Ask one of them, if you need something here.
              </EmptyState>
            )}
          </div>
        </Route>
      ))}
      <Route component={NotFoundPage} />
    </Switch>
  )
}

function SectionLink({ href, name }: { href: string; name: string }) {
  const [here] = useRoute(href)
  return (
    <Link href={href} {...(here && { 'aria-current': 'page' })}>
      {name}
    </Link>
  )
}
