import type { ReactNode } from 'react'
import './empty-state.css'

/** Nothing to show, on purpose: what it means and what to do. */
export function EmptyState(props: {
  title: string
  icon?: ReactNode
  action?: ReactNode
  children: ReactNode
}) {
  return (
    <section className="empty-state card" aria-label={props.title}>
      {props.icon && (
        <div className="empty-state-icon" aria-hidden="true">
          {props.icon}
        </div>
      )}
      <h2>{props.title}</h2>
      <p>{props.children}</p>
      {props.action}
    </section>
  )
}
