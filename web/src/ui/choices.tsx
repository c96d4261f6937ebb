import { useId } from 'react'
import './choices.css'

/** One of a few, each with a sentence that says what it means. */
export function Choices<Value extends string>(props: {
  label: string
  choices: { value: Value; name: string; sentence: string }[]
  value: Value
  onChange: (value: Value) => void
}) {
  const group = useId()
  return (
    <fieldset className="choices">
      <legend>{props.label}</legend>
      {props.choices.map(({ value, name, sentence }) => (
        <label key={value} className="choice">
          <input
            type="radio"
            name={group}
            checked={value === props.value}
            aria-describedby={`${group}${value}`}
            aria-label={name}
            onChange={() => props.onChange(value)}
          />
          <strong>{name}</strong>
          <span id={`${group}${value}`}>{sentence}</span>
        </label>
      ))}
    </fieldset>
  )
}
