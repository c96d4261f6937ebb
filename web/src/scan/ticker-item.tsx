import { VisuallyHidden } from '@mantine/core'
import type { SortingState } from '@tanstack/react-table'
import { IconAlertTriangle, IconChevronDown } from '@tabler/icons-react'
import { lazy, memo, Suspense, useState } from 'react'
import { graphql } from '../gql/gql.ts'
import type { TickerItemFragment } from '../gql/graphql.ts'
import { ago, count, momentInBothZones, percent, usd } from '../ui/format.ts'
import { Pill } from '../ui/pill.tsx'
import { useNow } from '../ui/use-now.ts'
import { GradePill } from './grade.tsx'
import { sourceText } from './quote-source.ts'
import { RatingPill } from './rating-pill.tsx'
import { toggleTicker } from './use-tables-state.ts'
import './ticker-item.css'

graphql(`
  fragment TickerItem on TickerOptions {
    id
    symbol
    scannedAt
    quotedAt
    underlyingPrice
    rating
    source
    delayMinutes
    quality
    stock {
      name
      intrinsicValue
      preferredModel
    }
    options {
      ...ContractRow
    }
  }
`)

/** Seen only when a ticker is opened: fetched meanwhile, see `ticker-list.tsx`. */
export const loadContractTable = () => import('./contract-table.tsx')
const ContractTable = lazy(() => loadContractTable().then((table) => ({ default: table.ContractTable })))

const headHeight = 42
const rowHeight = 31

export interface TickerItemProps {
  ticker: TickerItemFragment
  /** Why the latest run could not renew it; null when it did. */
  failure: string | null
  /** Milliseconds to add to this computer's clock to get the market's. */
  marketClockOffsetMs: number
  /** Of the scan that runs. */
  fresh: boolean
  isOpen: boolean
  sorting: SortingState
}

/** Drawn again only when something of it has changed: many others may arrive meanwhile. */
export const TickerItem = memo(function TickerItem(props: TickerItemProps) {
  const { ticker, failure, isOpen } = props
  const { symbol, stock, options } = ticker
  const best = options.reduce((best, { annualizedReturn }) => Math.max(best, annualizedReturn), -Infinity)
  const [controlId, panelId] = [`ticker-${symbol}`, `contracts-of-${symbol}`]
  return (
    <>
      <h2 className="ticker-head">
        <button
          type="button"
          className="ticker-control"
          id={controlId}
          data-ticker-control
          aria-expanded={isOpen}
          aria-controls={isOpen ? panelId : undefined}
          onClick={() => toggleTicker(symbol)}
        >
          {props.fresh && <Flash key={ticker.scannedAt} scannedAt={ticker.scannedAt} />}
          <span className="ticker-line tabular">
            <span className="ticker-symbol">{symbol}</span>
            <span className="ticker-name">{stock?.name ?? ''}</span>
            <span className="ticker-rating">
              <RatingPill rating={ticker.rating} />
              <GradePill grade={ticker.quality} />
              {failure !== null && (
                <Pill tone="bad" icon={IconAlertTriangle} title={failure}>
                  Not renewed
                </Pill>
              )}
            </span>
            <span className="ticker-price">{usd(ticker.underlyingPrice)}</span>
            <span className="ticker-contracts">{count(options.length, 'contract')}</span>
            <span className="ticker-best">
              <VisuallyHidden component="span">Best return </VisuallyHidden>
              {percent(best)}
              <span className="ticker-label"> a year</span>
            </span>
            <Origin ticker={ticker} marketClockOffsetMs={props.marketClockOffsetMs} />
          </span>
          <IconChevronDown size={18} stroke={1.8} className="ticker-chevron" aria-hidden="true" />
        </button>
      </h2>
      {isOpen && (
        <section className="ticker-panel" id={panelId} aria-labelledby={controlId}>
          {failure !== null && (
            <p className="ticker-failure">{failure} These are the results of an earlier scan.</p>
          )}
          <p className="ticker-value">
            {stock === null && 'Not an active stock of the list.'}
            {stock !== null &&
              stock.intrinsicValue === null &&
              'No intrinsic value is known: contracts are rated N/A.'}
            {stock !== null && stock.intrinsicValue !== null && (
              <>
                Intrinsic value <strong className="tabular">{usd(stock.intrinsicValue)}</strong> by the{' '}
                {stock.preferredModel} model
              </>
            )}
          </p>
          <Suspense fallback={<div style={{ height: headHeight + rowHeight * options.length }} />}>
            <ContractTable symbol={symbol} contracts={options} sorting={props.sorting} />
          </Suspense>
        </section>
      )}
    </>
  )
})

/** How long a row has just arrived. */
const flashMs = 2_000

/** Shows that the row has just arrived, and not that a person has just scrolled to it. */
function Flash({ scannedAt }: { scannedAt: string }) {
  const [isNew] = useState(() => Date.now() - Date.parse(scannedAt) < flashMs)
  return isNew && <span className="ticker-fresh" aria-hidden="true" />
}

/** Where the numbers come from, and how old they are by the market's clock. */
function Origin({ ticker, marketClockOffsetMs }: Pick<TickerItemProps, 'ticker' | 'marketClockOffsetMs'>) {
  const now = useNow(10_000)
  const quoted = ticker.quotedAt && ago(now + marketClockOffsetMs - Date.parse(ticker.quotedAt))
  return (
    <span
      className="ticker-origin"
      title={`Scanned ${momentInBothZones(ticker.scannedAt)}\nQuoted ${ticker.quotedAt ? momentInBothZones(ticker.quotedAt) : 'at an unknown time'}`}
    >
      <span>{sourceText(ticker)}</span>
      <span>{quoted ? `quoted ${quoted}` : 'quote time unknown'}</span>
    </span>
  )
}
