import type { ReactNode } from 'react'
import { useTitle } from './use-title.ts'

/** The same on every page: title, one sentence, primary action. */
export function PageHeader(props: { title: string; sentence: ReactNode; action?: ReactNode }) {
  useTitle(props.title)
  return (
    <header className="page-header">
      <div>
        <h1>{props.title}</h1>
        <p>{props.sentence}</p>
      </div>
      {props.action && <div className="page-action">{props.action}</div>}
    </header>
  )
}
