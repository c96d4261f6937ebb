import type { ReactNode } from 'react'
import './entry-list.css'

/** Things with a name, a line about them, and what can be done with each. Reads well on a phone, too. */
export function EntryList({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul className="entries card" aria-label={label}>
      {children}
    </ul>
  )
}

export function Entry(props: { title: ReactNode; details: ReactNode; children?: ReactNode }) {
  return (
    <li className="entry">
      <div className="entry-text">
        <div className="entry-title">{props.title}</div>
        <p className="entry-details">{props.details}</p>
      </div>
      {props.children && <div className="entry-actions">{props.children}</div>}
    </li>
  )
}
