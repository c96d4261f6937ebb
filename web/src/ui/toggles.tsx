import type { ReactNode } from 'react'
import './toggles.css'
import type { Tone } from './tone.ts'

export interface Choice<T extends string> {
  value: T
  face: ReactNode
  /** What its colour means when it is on; none: only that it is on. */
  tone?: Tone
  title?: string
}

/** Choices of which any number may be on. */
export function Toggles<T extends string>(props: {
  label: string
  choices: readonly Choice<T>[]
  chosen: readonly T[]
  onChange: (chosen: T[]) => void
}) {
  const { choices, chosen, onChange } = props
  return (
    <fieldset className="toggles" aria-label={props.label}>
      {choices.map(({ value, face, tone, title }) => {
        const on = chosen.includes(value)
        return (
          <button
            key={value}
            type="button"
            aria-pressed={on}
            className={on && tone ? `toggle pill-${tone}` : 'toggle'}
            title={title}
            onClick={() =>
              onChange(
                choices.flatMap((one) =>
                  (one.value === value ? !on : chosen.includes(one.value)) ? one.value : [],
                ),
              )
            }
          >
            {face}
          </button>
        )
      })}
    </fieldset>
  )
}
