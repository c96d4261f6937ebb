import { Accordion } from '@mantine/core'
import { useEffect } from 'react'
import type { LiveOutcomeFragment, LiveTickerFragment } from '../gql/graphql.ts'
import { loadContractTable, TickerItem } from './ticker-item.tsx'
import { useTablesState } from './use-tables-state.ts'

export const tickerListId = 'results'

/** For the keyboard: from anywhere to the first ticker; the arrows go on from there. */
export function focusFirstTicker() {
  document.querySelector<HTMLElement>(`#${tickerListId} [data-accordion-control]`)?.focus()
}

/** The results by symbol. A ticker that a person has opened stays open while others arrive. */
export function TickerList(props: {
  tickers: LiveTickerFragment[]
  outcomes: LiveOutcomeFragment[]
  marketClockOffsetMs: number
  /** Rows scanned since then have just arrived; null when no scan runs. */
  newSince: string | null
}) {
  const { opened, setOpened, sorting, setSorting } = useTablesState()
  useEffect(() => void loadContractTable(), [])
  const failures = new Map(props.outcomes.map(({ symbol, message }) => [symbol, message]))
  return (
    <section className="card ticker-list" id={tickerListId} aria-label="Results by ticker">
      <div className="ticker-heads" aria-hidden="true">
        <span>Ticker</span>
        <span>Name</span>
        <span>Rating</span>
        <span className="ticker-end">Price</span>
        <span className="ticker-end">Kept</span>
        <span className="ticker-end">Best return</span>
        <span className="ticker-end">Source, age</span>
      </div>
      <Accordion
        multiple
        order={2}
        value={opened}
        onChange={setOpened}
        keepMounted={false}
        transitionDuration={120}
        chevronSize={18}
        chevronPosition="right"
      >
        {props.tickers.map((ticker) => (
          <TickerItem
            key={ticker.symbol}
            ticker={ticker}
            failure={failures.get(ticker.symbol) ?? null}
            marketClockOffsetMs={props.marketClockOffsetMs}
            fresh={props.newSince !== null && ticker.scannedAt >= props.newSince}
            sorting={sorting}
            onSort={setSorting}
          />
        ))}
      </Accordion>
    </section>
  )
}
