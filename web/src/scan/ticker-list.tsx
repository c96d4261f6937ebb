import { memo, useCallback, useEffect, useMemo, useRef, type KeyboardEvent } from 'react'
import type { LiveOutcomeFragment, LiveTickerFragment } from '../gql/graphql.ts'
import { useDrawnRows } from '../ui/use-drawn-rows.ts'
import { loadContractTable, TickerItem } from './ticker-item.tsx'
import { useTablesState } from './use-tables-state.ts'

const tickerListId = 'results'
const controls = '[data-ticker-control]'

/** For the keyboard: from anywhere to the first ticker that is seen; the arrows go on from there. */
export function focusFirstTicker() {
  const all = [...document.querySelectorAll<HTMLElement>(`#${tickerListId} ${controls}`)]
  const seen = all.find((control) => control.getBoundingClientRect().bottom > 0)
  seen?.focus()
}

const guessOf = (kind: string) => (innerWidth > 760 ? 53 : 87) + (kind === 'open' ? 400 : 0)

/** The results by symbol. A ticker that a person has opened stays open while others arrive. */
export const TickerList = memo(function TickerList(props: {
  tickers: LiveTickerFragment[]
  outcomes: LiveOutcomeFragment[]
  marketClockOffsetMs: number
  /** Rows scanned since then have just arrived; null when no scan runs. */
  newSince: string | null
}) {
  const { tickers, outcomes, newSince } = props
  const { opened, sorting } = useTablesState()
  useEffect(() => void loadContractTable(), [])
  const failures = useMemo(
    () => new Map(outcomes.map(({ symbol, message }) => [symbol, message])),
    [outcomes],
  )
  const box = useRef<HTMLUListElement>(null)
  const keys = useMemo(() => tickers.map(({ symbol }) => symbol), [tickers])
  const kindOf = useCallback((symbol: string) => (opened.has(symbol) ? 'open' : 'closed'), [opened])
  const drawn = useDrawnRows({ keys, kindOf, guessOf, box })

  function onKeyDown(event: KeyboardEvent) {
    const control = event.target instanceof Element ? event.target.closest(controls) : null
    const symbol = control?.closest<HTMLElement>('[data-row]')?.dataset['row']
    if (symbol === undefined) return
    const last = keys.length - 1
    const here = keys.indexOf(symbol)
    const to = { ArrowDown: Math.min(here + 1, last), ArrowUp: Math.max(here - 1, 0), Home: 0, End: last }[
      event.key
    ]
    if (to === undefined) return
    event.preventDefault()
    const controlOf = () => box.current?.querySelector<HTMLElement>(`[data-row="${keys[to]}"] ${controls}`)
    if (!controlOf()) drawn.show(to)
    controlOf()?.focus()
  }

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
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys are those of the buttons in it */}
      <ul className="ticker-rows" ref={box} onKeyDown={onKeyDown}>
        {drawn.rows.flatMap(({ index, gapBefore }) => {
          const ticker = tickers[index]
          if (ticker === undefined) return []
          const { symbol } = ticker
          const isOpen = opened.has(symbol)
          return [
            gapBefore > 0 && <Gap key={`before ${symbol}`} height={gapBefore} />,
            <li
              key={symbol}
              className="ticker"
              ref={drawn.measure}
              data-row={symbol}
              data-kind={kindOf(symbol)}
              data-testid={`ticker-${symbol}`}
              aria-setsize={keys.length}
              aria-posinset={index + 1}
            >
              <TickerItem
                ticker={ticker}
                failure={failures.get(symbol) ?? null}
                marketClockOffsetMs={props.marketClockOffsetMs}
                fresh={newSince !== null && ticker.scannedAt >= newSince}
                isOpen={isOpen}
                sorting={sorting}
              />
            </li>,
          ]
        })}
        {drawn.gapAfter > 0 && <Gap height={drawn.gapAfter} />}
      </ul>
    </section>
  )
})

function Gap({ height }: { height: number }) {
  return <li role="presentation" style={{ height }} />
}
