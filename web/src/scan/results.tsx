import { useDeferredValue, useMemo } from 'react'
import type { CriteriaFragment } from '../gql/graphql.ts'
import { countContracts, expirationsOf, narrowing, noFilter } from './filter.ts'
import { FilterBar } from './filter-bar.tsx'
import { useScanner } from './live-scan-provider.tsx'
import { MoreFilters } from './more-filters.tsx'
import { NoResults } from './no-results.tsx'
import { ResultsCount } from './results-count.tsx'
import { focusFirstTicker, TickerList } from './ticker-list.tsx'
import { useFilter } from './use-filter.ts'

/** What the scan kept, and what a person narrows it to. */
export function Results({ criteria, activeStocks }: { criteria: CriteriaFragment; activeStocks: number }) {
  const { live, marketClockOffsetMs } = useScanner()
  const { tickers, status } = live
  const [filter, setFilter] = useFilter()
  // What is typed shows at once; the rows follow as soon as nothing more urgent is left.
  const followed = useDeferredValue(filter)
  const narrow = useMemo(() => narrowing(followed), [followed])
  const shown = useMemo(() => narrow(tickers), [narrow, tickers])
  const expirations = useMemo(() => expirationsOf(tickers), [tickers])
  const clear = () => setFilter(noFilter)
  return (
    <>
      <div className="results-bar">
        <FilterBar
          filter={filter}
          expirations={expirations}
          onChange={setFilter}
          onLeave={focusFirstTicker}
          more={
            <MoreFilters
              filter={filter}
              contractsShown={countContracts(shown)}
              contracts={countContracts(tickers)}
              onChange={setFilter}
            />
          }
        />
        <ResultsCount shown={shown} all={tickers} filter={filter} onClear={clear} />
      </div>
      {shown.length > 0 ? (
        <TickerList
          tickers={shown}
          outcomes={live.outcomes}
          marketClockOffsetMs={marketClockOffsetMs}
          newSince={status.scanInProgress ? status.startedAt : null}
        />
      ) : (
        <NoResults
          live={live}
          criteria={criteria}
          activeStocks={activeStocks}
          hidden={tickers.length}
          onClearFilter={clear}
        />
      )}
    </>
  )
}
