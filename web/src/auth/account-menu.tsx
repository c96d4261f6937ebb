import { IconLogout } from '@tabler/icons-react'
import { Link } from 'wouter'
import './account-menu.css'
import { roleNames } from './roles.ts'
import { signOut } from './session.ts'
import { useViewer } from './viewer-gate.tsx'

/** Who is signed in, and the way out. */
export function AccountMenu() {
  const viewer = useViewer()
  const name = viewer.name || viewer.email
  const leave = () => void signOut().finally(() => location.assign('/sign-in'))
  return (
    <>
      <button type="button" className="rail-item" aria-label={`Account: ${name}`} popoverTarget="account">
        <span className="rail-initial" aria-hidden="true">
          {name.slice(0, 1).toUpperCase()}
        </span>
        <span className="rail-name">{name.split(' ')[0]}</span>
      </button>
      <dialog className="account card" id="account" popover="auto" aria-label="Account">
        <strong>{name}</strong>
        <span>{viewer.email}</span>
        <span>
          {roleNames[viewer.role]}
          {viewer.isDemo && ', demo account'}
        </span>
        <Link href="/settings/account">Your account</Link>
        <button type="button" onClick={leave}>
          <IconLogout size={16} aria-hidden="true" />
          Sign out
        </button>
      </dialog>
    </>
  )
}
