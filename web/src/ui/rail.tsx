import { IconAdjustments, IconApi, IconKeyboard, IconListDetails, IconRadar2 } from '@tabler/icons-react'
import { useDisclosure } from '@mantine/hooks'
import { lazy, Suspense, type ReactNode } from 'react'
import { Link, useRoute } from 'wouter'
import { AccountMenu } from '../auth/account-menu.tsx'
import { ColorSchemeToggle } from './color-scheme-toggle.tsx'
import './rail.css'
import { useKey } from './use-key.ts'

const KeysDialog = lazy(() => import('./keys-dialog.tsx').then((dialog) => ({ default: dialog.KeysDialog })))

/** The way around: a rail on the left, a bar at the bottom of a phone. */
export function Rail() {
  const [keysShown, keys] = useDisclosure(false)
  useKey('?', keys.open)
  return (
    <div className="rail">
      <Link className="rail-mark" href="/" aria-label="Wheel Analyzer, to the scanner">
        <img src="/favicon.svg" alt="" width="34" height="34" />
      </Link>
      <nav aria-label="Main">
        <RailLink href="/" icon={<IconRadar2 />} label="Scanner" />
        <RailLink href="/stocks" icon={<IconListDetails />} label="Stocks" />
        <RailLink href="/settings" icon={<IconAdjustments />} label="Settings" />
        <a className="rail-item" href="/graphql" title="Ask the API by hand, with GraphiQL">
          <IconApi aria-hidden="true" />
          <span>GraphiQL</span>
        </a>
      </nav>
      <div className="rail-end">
        <button type="button" className="rail-item rail-wide-only" onClick={keys.open}>
          <IconKeyboard aria-hidden="true" />
          <span>Keys</span>
        </button>
        <ColorSchemeToggle />
        <AccountMenu />
      </div>
      {keysShown && (
        <Suspense>
          <KeysDialog onClose={keys.close} />
        </Suspense>
      )}
    </div>
  )
}

function RailLink(props: { href: string; icon: ReactNode; label: string }) {
  const [here] = useRoute(props.href === '/settings' ? '/settings/*?' : props.href)
  return (
    <Link className="rail-item" href={props.href} {...(here && { 'aria-current': 'page' })}>
      {props.icon}
      <span>{props.label}</span>
    </Link>
  )
}
