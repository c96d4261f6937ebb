import { VisuallyHidden } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { memo, useMemo, useRef } from 'react'
import { graphql } from '../gql/gql.ts'
import type {
  CriteriaFragment,
  LiveOutcomeFragment,
  LiveTickerFragment,
  OutcomeFragment,
} from '../gql/graphql.ts'
import { useDrawnRows } from '../ui/use-drawn-rows.ts'
import { explainOutcome } from './explain-outcome.ts'
import { nearMissText } from './near-misses.ts'
import './turned-away.css'

graphql(`
  fragment Outcome on TickerOutcome {
    symbol
    contractsScreened
    contractsKept
    message
    rejections {
      reason
      count
    }
    nearMisses {
      ...NearMiss
    }
  }
`)

graphql(`
  fragment NearMiss on NearMiss {
    contractId
    expiration
    strike
    reason
    limit
    value
  }
`)

const kindOf = () => 'stock'
const guessOf = () => 32

/** The active stocks without anything to sell, and why. */
export const TurnedAway = memo(function TurnedAway(props: {
  stocks: { symbol: string }[]
  tickers: LiveTickerFragment[]
  outcomes: LiveOutcomeFragment[]
  criteria: CriteriaFragment
  /** True before the first scan, and while one runs: a stock without an outcome says nothing yet. */
  mayStillCome: boolean
}) {
  const { stocks, tickers, criteria, mayStillCome } = props
  const outcomes = useMemo(
    () => new Map(props.outcomes.map((outcome) => [outcome.symbol, outcome])),
    [props.outcomes],
  )
  const symbols = useMemo(() => {
    const shown = new Set(tickers.map(({ symbol }) => symbol))
    return [...new Set([...stocks.map(({ symbol }) => symbol), ...outcomes.keys()])]
      .filter((symbol) => !shown.has(symbol) && (outcomes.has(symbol) || !mayStillCome))
      .toSorted()
  }, [stocks, tickers, outcomes, mayStillCome])
  const box = useRef<HTMLDListElement>(null)
  const drawn = useDrawnRows({ keys: symbols, kindOf, guessOf, box })
  if (symbols.length === 0) return null
  return (
    <section className="turned-away card" aria-labelledby="turned-away-title" data-testid="turned-away">
      <h2 className="section-title" id="turned-away-title">
        No qualifying options
        <span className="dim"> · {symbols.length}</span>
      </h2>
      <dl ref={box}>
        {drawn.rows.flatMap(({ index, gapBefore }) => {
          const symbol = symbols[index] ?? ''
          return [
            gapBefore > 0 && <Gap key={`before ${symbol}`} height={gapBefore} />,
            <div
              key={symbol}
              className="turned-away-row"
              ref={drawn.measure}
              data-row={symbol}
              data-kind={kindOf()}
              data-testid={`turned-away-${symbol}`}
            >
              <dt>{symbol}</dt>
              <Why outcome={outcomes.get(symbol) ?? null} criteria={criteria} />
            </div>,
          ]
        })}
        {drawn.gapAfter > 0 && <Gap height={drawn.gapAfter} />}
      </dl>
    </section>
  )
})

function Gap({ height }: { height: number }) {
  return <div role="presentation" style={{ height }} />
}

/** @param outcome null: the latest scan has none */
const Why = memo(function Why(props: { outcome: OutcomeFragment | null; criteria: CriteriaFragment }) {
  const { outcome, criteria } = props
  if (outcome === null) return <dd>Not reached by the latest scan.</dd>
  if (outcome.message !== null)
    return (
      <dd className="turned-away-failed">
        <IconAlertTriangle size={14} stroke={2} aria-hidden="true" />
        <VisuallyHidden component="span">Failed: </VisuallyHidden>
        {outcome.message}
      </dd>
    )
  const nearly = nearMissText(outcome.nearMisses, criteria.side)
  return (
    <dd>
      {explainOutcome(outcome, criteria)}
      {nearly !== null && <span className="turned-away-nearly">{nearly}</span>}
    </dd>
  )
})
