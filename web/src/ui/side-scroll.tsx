import type { ReactNode, Ref } from 'react'

/** A box that scrolls sideways, also by keyboard. */
export function SideScroll({
  className,
  label,
  ref,
  children,
}: {
  className: string
  label: string
  ref?: Ref<HTMLElement>
  children: ReactNode
}) {
  return (
    <section
      className={`side-scroll ${className}`}
      ref={ref}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable without a mouse
      tabIndex={0}
      aria-label={label}
    >
      {children}
    </section>
  )
}
