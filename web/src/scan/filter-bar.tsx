import { CloseButton, NativeSelect, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useRef, type ReactNode } from 'react'
import { weekday } from '../ui/format.ts'
import { Toggles } from '../ui/toggles.tsx'
import { useKey } from '../ui/use-key.ts'
import { ratings, type Filter } from './filter.ts'
import './filter-bar.css'
import { ratingMeanings } from './rating-pill.tsx'

const ratingChoices = ratings.map((rating) => {
  const { icon: RatingIcon, word, tone, meaning } = ratingMeanings[rating]
  const face = (
    <>
      <RatingIcon size={14} stroke={2.2} aria-hidden="true" />
      {word}
    </>
  )
  return { value: rating, face, tone, title: `${word}: ${meaning}` }
})

/** Narrows what is shown. `/` leads here, the arrow down leads to the results. */
export function FilterBar(props: {
  filter: Filter
  expirations: string[]
  onChange: (filter: Filter) => void
  onLeave: () => void
  /** What else it can be narrowed by. */
  more: ReactNode
}) {
  const { filter, expirations, onChange } = props
  const field = useRef<HTMLInputElement>(null)
  useKey('/', (event) => {
    event.preventDefault()
    field.current?.select()
    field.current?.focus()
  })
  // An expiration of a shared address may have passed: it stays visible, so that it can be taken away.
  const choices = [
    ...new Set([...expirations, ...(filter.expiration === null ? [] : [filter.expiration])]),
  ].toSorted()

  return (
    <search className="filter-bar" aria-label="Filter the results">
      <TextInput
        ref={field}
        className="filter-text"
        aria-label="Symbol or name"
        placeholder="Symbol or name"
        leftSection={<IconSearch size={16} />}
        rightSection={
          filter.text === '' ? (
            <kbd aria-hidden="true">/</kbd>
          ) : (
            <CloseButton
              size="sm"
              aria-label="Clear the text"
              onClick={() => onChange({ ...filter, text: '' })}
            />
          )
        }
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur()
          if (event.key !== 'ArrowDown') return
          event.preventDefault()
          props.onLeave()
        }}
      />
      <Toggles
        label="Ratings"
        choices={ratingChoices}
        chosen={filter.ratings}
        onChange={(ratings) => onChange({ ...filter, ratings })}
      />
      <TextInput
        className="filter-return"
        type="number"
        inputMode="decimal"
        aria-label="At least this annualized return, in percent"
        placeholder="Return ≥"
        rightSection={<span className="dim">%</span>}
        min={0}
        step={5}
        value={filter.minReturn ?? ''}
        onChange={({ currentTarget: { value } }) =>
          onChange({ ...filter, minReturn: value === '' ? null : Number(value) })
        }
      />
      <NativeSelect
        className="filter-expiration"
        aria-label="Expiration"
        value={filter.expiration ?? ''}
        onChange={(event) => onChange({ ...filter, expiration: event.currentTarget.value || null })}
        data={[
          { value: '', label: 'Any expiry' },
          ...choices.map((date) => ({ value: date, label: weekday(date) })),
        ]}
      />
      {props.more}
    </search>
  )
}
