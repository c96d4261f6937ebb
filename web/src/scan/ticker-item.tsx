import { Accordion, VisuallyHidden } from '@mantine/core'
import type { SortingState } from '@tanstack/react-table'
import { IconAlertTriangle } from '@tabler/icons-react'
import { lazy, Suspense } from 'react'
import { graphql } from '../gql/gql.ts'
import type { TickerItemFragment } from '../gql/graphql.ts'
import { ago, count, momentInBothZones, percent, usd } from '../ui/format.ts'
import { Pill } from '../ui/pill.tsx'
import { useNow } from '../ui/use-now.ts'
import { GradePill } from './grade.tsx'
import { sourceText } from './quote-source.ts'
import { RatingPill } from './rating-pill.tsx'
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
  /** Marks a row that has just arrived. */
  fresh: boolean
  sorting: SortingState
  onSort: (sorting: SortingState) => void
}

export function TickerItem(props: TickerItemProps) {
  const { ticker, failure } = props
  const { symbol, stock, options } = ticker
  const best = Math.max(...options.map(({ annualizedReturn }) => annualizedReturn))
  return (
    <Accordion.Item value={symbol} className="ticker" data-testid={`ticker-${symbol}`}>
      <Accordion.Control className="ticker-control">
        {props.fresh && <span key={ticker.scannedAt} className="ticker-fresh" aria-hidden="true" />}
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
      </Accordion.Control>
      <Accordion.Panel className="ticker-panel">
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
          <ContractTable symbol={symbol} contracts={options} sorting={props.sorting} onSort={props.onSort} />
        </Suspense>
      </Accordion.Panel>
    </Accordion.Item>
  )
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
