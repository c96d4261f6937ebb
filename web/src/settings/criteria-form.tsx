import { Button, TextInput } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { Link } from 'wouter'
import type { CriteriaFragment } from '../gql/graphql.ts'
import { sideWord } from '../scan/criteria.ts'
import { Notice } from '../ui/notice.tsx'
import { changesOf, criteriaFields, draftOf, type CriteriaField } from './criteria-draft.ts'
import { useUpdateCriteria } from './update-criteria.ts'

/** The scan's criteria; others than administrators read them. */
export function CriteriaForm(props: { criteria: CriteriaFragment; mayEdit: boolean }) {
  const { mayEdit } = props
  const [criteria, setCriteria] = useState(props.criteria)
  const [draft, setDraft] = useState(() => draftOf(criteria))
  const [asked, setAsked] = useState(false)
  const [saved, setSaved] = useState(false)
  const { busy, problem, save, dismiss } = useUpdateCriteria()
  const { input, problems } = changesOf(criteria, draft)
  const broken = criteriaFields.find((field) => problems[field] !== undefined)
  const changed = broken !== undefined || Object.keys(input).length > 0

  async function submit() {
    setAsked(true)
    setSaved(false)
    if (broken !== undefined) {
      document.getElementById(broken)?.focus()
      return
    }
    const stored = await save(input)
    if (stored === null) return
    setCriteria(stored)
    setDraft(draftOf(stored))
    setAsked(false)
    setSaved(true)
  }
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    void submit()
  }
  function discard() {
    setDraft(draftOf(criteria))
    setAsked(false)
    dismiss()
  }
  const field = (name: CriteriaField, label: string, description: string, unit?: string, empty?: string) => (
    <TextInput
      id={name}
      label={label}
      description={description}
      inputMode="decimal"
      autoComplete="off"
      placeholder={empty}
      readOnly={!mayEdit}
      rightSection={unit && <span className="dim">{unit}</span>}
      error={asked ? problems[name] : undefined}
      value={draft[name]}
      onChange={(event) => {
        const { value } = event.currentTarget
        setSaved(false)
        setDraft((before) => ({ ...before, [name]: value }))
      }}
    />
  )

  return (
    <form className="criteria card" onSubmit={onSubmit} aria-labelledby="criteria-title" noValidate>
      <h2 className="section-title" id="criteria-title">
        Scan criteria
      </h2>
      <p className="criteria-lead">
        The next scan keeps the {sideWord(criteria)} that meet all of them; results that are already there
        stay as they are until then. Bounds are inclusive.
      </p>
      {problem && (
        <Notice kind="bad" onClose={dismiss}>
          {problem} Nothing was saved.
        </Notice>
      )}
      <Group name="What it pays, and how likely it is assigned">
        {field('minAnnualizedReturn', 'Annualized return, at least', 'Bid ÷ strike × 365 ÷ days', '%')}
        {field('maxAbsDelta', '|Delta|, at most', 'Between 0 and 1, e.g. 0.2')}
      </Group>
      <Group name="Days to expiration" pair>
        {field('minDaysToExpiration', 'From', 'Calendar days in New York', 'd')}
        {field('maxDaysToExpiration', 'To', 'Calendar days in New York', 'd')}
      </Group>
      <Group name="How well it trades">
        {field('maxSpreadPercent', 'Spread, at most', '(Ask − bid) ÷ mid; empty: any', '%', 'Any')}
        {field('minOpenInterest', 'Open interest, at least', 'Open contracts; 0: any', undefined, '0')}
      </Group>
      {mayEdit && (
        <div className="criteria-end">
          <output className="criteria-saved" aria-live="polite">
            {saved && (
              <>
                <IconCheck size={16} stroke={2.2} aria-hidden="true" />
                <span>
                  Saved. The next scan uses these criteria. <Link href="/">To the scanner</Link>
                </span>
              </>
            )}
          </output>
          <Button variant="default" disabled={!changed || busy} onClick={discard}>
            Discard changes
          </Button>
          <Button type="submit" loading={busy} disabled={!changed}>
            Save
          </Button>
        </div>
      )}
    </form>
  )
}

/** A `pair` stands side by side on a phone, too. */
function Group({ name, pair, children }: { name: string; pair?: boolean; children: ReactNode }) {
  return (
    <fieldset className="criteria-group" data-pair={pair || undefined}>
      <legend>{name}</legend>
      {children}
    </fieldset>
  )
}
