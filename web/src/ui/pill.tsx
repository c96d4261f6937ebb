import type { Icon } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import './pill.css'
import type { Tone } from './tone.ts'

/** A word with an icon: the colour only repeats what they say. */
export function Pill(props: { tone: Tone; icon: Icon; title?: string; children: ReactNode }) {
  const { icon: PillIcon } = props
  return (
    <span className={`pill pill-${props.tone}`} title={props.title}>
      <PillIcon size={13} stroke={2.4} aria-hidden="true" />
      {props.children}
    </span>
  )
}
