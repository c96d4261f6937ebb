import type { ReactNode } from 'react'

/** A box that scrolls sideways, also by keyboard. */
export function SideScroll(props: { className: string; label: string; children: ReactNode }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable without a mouse
    <section className={`side-scroll ${props.className}`} tabIndex={0} aria-label={props.label}>
      {props.children}
    </section>
  )
}
