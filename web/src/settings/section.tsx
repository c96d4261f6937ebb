import { useId, type ReactNode } from 'react'

/** A part of a settings page under a heading. `id` is the heading's, for what gives the keyboard to it. */
export function Section(props: { title: string; id?: string; action?: ReactNode; children: ReactNode }) {
  const ownId = useId()
  const id = props.id ?? ownId
  return (
    <section className="settings-section" aria-labelledby={id}>
      <div className="settings-head">
        <h2 className="section-title settings-heading" id={id} tabIndex={-1}>
          {props.title}
        </h2>
        {props.action}
      </div>
      {props.children}
    </section>
  )
}
