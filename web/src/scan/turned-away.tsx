import { VisuallyHidden } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { memo } from 'react'
import { graphql } from '../gql/gql.ts'
import type { CriteriaFragment, LiveOutcomeFragment, LiveTickerFragment } from '../gql/graphql.ts'
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

/** The active stocks without anything to sell, and why. */
export const TurnedAway = memo(function TurnedAway(props: {
  stocks: { symbol: string }[]
  tickers: LiveTickerFragment[]
  outcomes: LiveOutcomeFragment[]
  criteria: CriteriaFragment
  /** True before the first scan, and while one runs: a stock without an outcome says nothing yet. */
  mayStillCome: boolean
}) {
  const { criteria, mayStillCome } = props
  const shown = new Set(props.tickers.map(({ symbol }) => symbol))
  const outcomes = new Map(props.outcomes.map((outcome) => [outcome.symbol, outcome]))
  const symbols = [...new Set([...props.stocks.map(({ symbol }) => symbol), ...outcomes.keys()])]
    .filter((symbol) => !shown.has(symbol))
    .toSorted()
  const rows = symbols.flatMap((symbol) => {
    const outcome = outcomes.get(symbol)
    if (outcome)
      return [
        {
          symbol,
          failed: outcome.message !== null,
          text: outcome.message ?? explainOutcome(outcome, criteria),
          nearly: outcome.message === null ? nearMissText(outcome.nearMisses, criteria.side) : null,
        },
      ]
    return mayStillCome
      ? []
      : [{ symbol, failed: false, text: 'Not reached by the latest scan.', nearly: null }]
  })
  if (rows.length === 0) return null
  return (
    <section className="turned-away card" aria-labelledby="turned-away-title" data-testid="turned-away">
      <h2 className="section-title" id="turned-away-title">
        No qualifying options
        <span className="dim"> · {rows.length}</span>
      </h2>
      <dl>
        {rows.map(({ symbol, failed, text, nearly }) => (
          <div key={symbol} data-testid={`turned-away-${symbol}`}>
            <dt>{symbol}</dt>
            <dd className={failed ? 'turned-away-failed' : undefined}>
              {failed && (
                <>
                  <IconAlertTriangle size={14} stroke={2} aria-hidden="true" />
                  <VisuallyHidden component="span">Failed: </VisuallyHidden>
                </>
              )}
              {text}
              {nearly !== null && <span className="turned-away-nearly">{nearly}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
})
