import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
} from '@tanstack/react-table'
import type { ReactNode } from 'react'
import { graphql } from '../gql/gql.ts'
import type { ContractRowFragment } from '../gql/graphql.ts'
import { ExplainButton } from '../explanation/explain-button.tsx'
import { day, fixed, integer, momentInBothZones, weekday } from '../ui/format.ts'
import { ContractGrade } from './contract-grade.tsx'
import { KindLetter } from './expiration-kind.tsx'
import { qualityGrades, ratings } from './filter.ts'
import { RatingPill } from './rating-pill.tsx'

graphql(`
  fragment ContractRow on OptionContract {
    id
    side
    expiration
    daysToExpiration
    strike
    bid
    ask
    mid
    spreadPercent
    delta
    impliedVolatility
    openInterest
    volume
    annualizedReturn
    otmPercent
    breakEven
    probabilityOtm
    probabilityOfProfit
    collateral
    premium
    rating
    quotedAt
    expirationKind
    greeksSource
    quality {
      ...ContractGrade
    }
  }
`)

export const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() })

const helper = createColumnHelper<typeof features, ContractRowFragment>()

interface ContractColumn {
  id: keyof ContractRowFragment
  show: (contract: ContractRowFragment) => ReactNode
  /** None: by the field. */
  sortBy?: (contract: ContractRowFragment) => number
}

function column(
  id: ContractColumn['id'],
  show: ContractColumn['show'],
  sortBy?: ContractColumn['sortBy'],
): ContractColumn {
  return { id, show, ...(sortBy && { sortBy }) }
}

/** Numbers as numbers, dates as text; never equal to unknown, which the table puts last. */
function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0
}

const scaled = (fraction: number | null) => (fraction === null ? null : fraction * 100)

export const contractColumns: readonly ContractColumn[] = [
  column('expiration', ({ expiration, expirationKind: kind }) => (
    <>
      <span title={weekday(expiration)}>
        {day(expiration)}
        {kind === 'LEAPS' && ` ’${expiration.slice(2, 4)}`}
      </span>
      <KindLetter kind={kind} />
    </>
  )),
  column('strike', (contract) => <ExplainButton contract={contract} />),
  column('daysToExpiration', ({ daysToExpiration }) => daysToExpiration),
  column(
    'rating',
    ({ rating }) => <RatingPill rating={rating} />,
    ({ rating }) => ratings.indexOf(rating),
  ),
  column(
    'quality',
    ({ quality }) => <ContractGrade quality={quality} />,
    ({ quality }) => qualityGrades.indexOf(quality.grade),
  ),
  column('annualizedReturn', ({ annualizedReturn }) => <strong>{fixed(annualizedReturn, 1)}</strong>),
  column('delta', ({ delta, greeksSource }) => (
    <>
      {greeksSource === 'MODEL' && (
        <small className="model-mark" title="Solved here from bid and ask, not given by the provider">
          model
        </small>
      )}
      {fixed(delta, 3).replace('-', '−')}
    </>
  )),
  column('bid', ({ bid, quotedAt }) => (
    <span title={quotedAt ? `Quoted ${momentInBothZones(quotedAt)}` : undefined}>{fixed(bid, 2)}</span>
  )),
  column('ask', ({ ask }) => fixed(ask, 2)),
  column('mid', ({ mid }) => fixed(mid, 2)),
  column('spreadPercent', ({ spreadPercent }) => fixed(spreadPercent, 1)),
  column('impliedVolatility', ({ impliedVolatility }) => fixed(scaled(impliedVolatility), 1)),
  column('otmPercent', ({ otmPercent }) => fixed(otmPercent, 1)),
  column('breakEven', ({ breakEven }) => fixed(breakEven, 2)),
  column('probabilityOtm', ({ probabilityOtm }) => fixed(scaled(probabilityOtm), 1)),
  column('probabilityOfProfit', ({ probabilityOfProfit }) => fixed(scaled(probabilityOfProfit), 1)),
  column('openInterest', ({ openInterest }) => integer(openInterest)),
  column('volume', ({ volume }) => integer(volume)),
  column('premium', ({ premium }) => integer(premium)),
  column('collateral', ({ collateral }) => integer(collateral)),
]

export const columns = helper.columns(
  contractColumns.map(({ id, sortBy }) =>
    helper.accessor((contract) => (sortBy ? sortBy(contract) : (contract[id] ?? undefined)), {
      id,
      sortFn: (a, b) => compare(a.getValue(id), b.getValue(id)),
      sortUndefined: 'last',
    }),
  ),
)
