import { Drawer } from '@mantine/core'
import { useEffect, useState, type ReactNode } from 'react'
import './side-drawer.css'

/** A drawer on the right, as wide as a phone. Shown while it is mounted; gives the focus back where it was. */
export function SideDrawer(props: { title: ReactNode; onClose: () => void; children: ReactNode }) {
  const [opener] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      if (opener instanceof HTMLElement) opener.focus({ preventScroll: true })
    },
    [opener],
  )
  return (
    <Drawer
      opened
      onClose={props.onClose}
      position="right"
      size={460}
      title={props.title}
      classNames={{ content: 'side-drawer', header: 'side-drawer-head', title: 'side-drawer-title' }}
      overlayProps={{ backgroundOpacity: 0.28 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {props.children}
    </Drawer>
  )
}
