import type { ReactNode } from 'react'
import { graphql } from '../gql/gql.ts'
import type { ExplainedNumberFragment } from '../gql/graphql.ts'
import { newYorkTime } from '../ui/format.ts'
import { quantity } from './quantity.ts'

graphql(`
  fragment ExplainedNumber on Explanation {
    field
    label
    formula
    value
    unit
    note
    inputs {
      name
      value
      unit
      source
      at
    }
  }
`)

/** @param shown what the tables show instead of the number; null: the number */
export function ExplainedNumber({
  explained,
  shown,
}: {
  explained: ExplainedNumberFragment
  shown: ReactNode
}) {
  const { field, label, formula, value, unit, note, inputs } = explained
  const titleId = `explained-${field}`
  return (
    <section className="explained" aria-labelledby={titleId} data-testid={`explained-${field}`}>
      <div className="explained-head">
        <h3 id={titleId}>{label}</h3>
        <strong className="tabular">{shown ?? quantity(field, value, unit)}</strong>
      </div>
      <p className="explained-formula">{formula}</p>
      {note !== null && <p className="explained-note">{note}</p>}
      {inputs.length > 0 && (
        <dl className="explained-inputs">
          {inputs.map((input) => (
            <div key={input.name}>
              <dt>
                {input.name}
                <small>
                  {input.source}
                  {input.at !== null && ` · ${newYorkTime(input.at)}`}
                </small>
              </dt>
              <dd className="tabular">{quantity(input.name, input.value, input.unit)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  )
}
