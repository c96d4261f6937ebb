import { Button, TextInput, VisuallyHidden } from '@mantine/core'
import type { ReactNode } from 'react'
import { count } from '../ui/format.ts'
import { SideDrawer } from '../ui/side-drawer.tsx'
import { Toggles } from '../ui/toggles.tsx'
import { kindMeanings } from './expiration-kind.tsx'
import { countMore, expirationKinds, qualityGrades, withoutMore, type Bound, type Filter } from './filter.ts'
import './filter-drawer.css'
import { gradeMeanings } from './grade.tsx'

const kindChoices = expirationKinds.map((kind) => {
  const { word, meaning } = kindMeanings[kind]
  return { value: kind, face: word, title: meaning }
})
const gradeChoices = qualityGrades.map((grade) => {
  return { value: grade, face: grade, title: gradeMeanings[grade].meaning }
})

/** Every change shows at once behind the drawer. */
export function FilterDrawer(props: {
  filter: Filter
  contractsShown: number
  contracts: number
  onChange: (filter: Filter) => void
  onClose: () => void
}) {
  const { filter, onChange } = props
  const on = countMore(filter)
  const left = `${props.contractsShown} of ${count(props.contracts, 'contract')}`
  const bound = (name: Bound, label: string, placeholder: string, look: Look) => (
    <BoundInput
      label={label}
      placeholder={placeholder}
      look={look}
      value={filter[name]}
      onChange={(value) => onChange({ ...filter, [name]: value })}
    />
  )
  return (
    <SideDrawer title="More filters" onClose={props.onClose}>
      <div className="filter-drawer">
        <Group name="Days to expiration">
          {bound('minDays', 'Days to expiration, at least', 'At least', days)}
          {bound('maxDays', 'Days to expiration, at most', 'At most', days)}
        </Group>
        <Group name="|Delta|">
          {bound('minDelta', 'Absolute delta, at least', 'At least', delta)}
          {bound('maxDelta', 'Absolute delta, at most', 'At most', delta)}
        </Group>
        <Group name="Out of the money and spread">
          {bound('minOtm', 'Out of the money, at least, in percent', 'OTM at least', percent)}
          {bound('maxSpread', 'Spread, at most, in percent', 'Spread at most', percent)}
        </Group>
        <Group name="Open interest and volume">
          {bound('minOpenInterest', 'Open interest, at least', 'Open at least', contracts)}
          {bound('minVolume', 'Volume, at least', 'Volume at least', contracts)}
        </Group>
        <Group name="Collateral of a contract">
          {bound('maxCollateral', 'Collateral, at most, in dollars', 'At most', dollars)}
        </Group>
        <Group name="Expirations">
          <Toggles
            label="Expirations"
            choices={kindChoices}
            chosen={filter.kinds}
            onChange={(kinds) => onChange({ ...filter, kinds })}
          />
        </Group>
        <Group name="Quality of the quote">
          <Toggles
            label="Quality grades"
            choices={gradeChoices}
            chosen={filter.grades}
            onChange={(grades) => onChange({ ...filter, grades })}
          />
          <p className="dim">A: nothing wrong. B: mild issues. C: one serious issue. D: several.</p>
        </Group>
      </div>
      <div className="filter-drawer-end">
        <Button variant="default" disabled={on === 0} onClick={() => onChange(withoutMore(filter))}>
          Clear these
        </Button>
        <Button className="tabular" onClick={props.onClose}>
          Show {left}
        </Button>
        <VisuallyHidden component="output">{left} shown</VisuallyHidden>
      </div>
    </SideDrawer>
  )
}

function Group({ name, children }: { name: string; children: ReactNode }) {
  return (
    <fieldset className="filter-group">
      <legend>{name}</legend>
      {children}
    </fieldset>
  )
}

interface Look {
  step: number
  max?: number
  unit: string
}

const days: Look = { step: 1, unit: 'd' }
const delta: Look = { step: 0.01, max: 1, unit: '' }
const percent: Look = { step: 1, unit: '%' }
const contracts: Look = { step: 10, unit: '' }
const dollars: Look = { step: 1_000, unit: '$' }

function BoundInput(props: {
  label: string
  placeholder: string
  look: Look
  value: number | null
  onChange: (value: number | null) => void
}) {
  const { unit, step, max } = props.look
  return (
    <TextInput
      type="number"
      inputMode="decimal"
      aria-label={props.label}
      placeholder={props.placeholder}
      rightSection={unit && <span className="dim">{unit}</span>}
      min={0}
      max={max}
      step={step}
      value={props.value ?? ''}
      onChange={({ currentTarget: { value } }) => props.onChange(value === '' ? null : Number(value))}
    />
  )
}
