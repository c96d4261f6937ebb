import {
  createContext,
  use,
  useCallback,
  useEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
  type ReactNode,
} from 'react'
import { client } from '../client.ts'
import { graphql } from '../gql/gql.ts'
import type { ScannerQuery } from '../gql/graphql.ts'
import { useConnection } from '../live-socket.ts'
import { errorText } from '../ui/error-text.ts'
import { liveScan, nothingYet, type LiveScan } from './live-scan.ts'

graphql(`
  fragment LiveStatus on ScanStatus {
    state
    scanInProgress
    lastRun
    startedAt
    finishedAt
    progress {
      done
      total
      current
    }
  }
`)

graphql(`
  fragment LiveTicker on TickerOptions {
    symbol
    ...TickerItem
  }
`)

graphql(`
  fragment LiveOutcome on TickerOutcome {
    symbol
    ...Outcome
  }
`)

const scannerQuery = graphql(`
  query Scanner {
    scanResults {
      epoch
      seq
      degraded
      lastRun
      ...ScanNotices
      criteria {
        ...Criteria
      }
      tickers {
        ...LiveTicker
      }
      outcomes {
        ...LiveOutcome
      }
    }
    scanStatus {
      ...LiveStatus
    }
    stocks(active: true) {
      symbol
      ...UndervaluedStock
    }
  }
`)

const scanStatusSubscription = graphql(`
  subscription LiveScan {
    scanStatus {
      epoch
      seq
      snapshot
      degraded
      ...LiveStatus
      changedTickers {
        ...LiveTicker
      }
      removedTickers
      changedOutcomes {
        ...LiveOutcome
      }
    }
  }
`)

export interface Scanner {
  live: LiveScan
  /** What does not stream: criteria, market, source and the active stocks. Null until first answered. */
  page: ScannerQuery | null
  /** Milliseconds to add to this computer's clock to get the market's, which may be frozen. */
  marketClockOffsetMs: number
  /** Why the page could not be asked, for a person; null when it could. */
  error: string | null
  refresh(): void
}

const ScannerContext = createContext<Scanner | null>(null)

export function useScanner(): Scanner {
  const scanner = use(ScannerContext)
  if (scanner === null) throw new Error('useScanner needs a LiveScanProvider around it.')
  return scanner
}

const pollWithoutPushMs = 5_000
const settleMs = 250
/** The longest delay that a timer takes. */
const longestTimerMs = 2 ** 31 - 1

/** Asks once, then listens; the only owner of the subscription. Asks again when a scan or a stock has changed. */
export function LiveScanProvider({ children }: { children: ReactNode }) {
  const connection = useConnection()
  const [live, dispatch] = useReducer(liveScan, nothingYet)
  const [page, setPage] = useState<ScannerQuery | null>(null)
  const [marketClockOffsetMs, setMarketClockOffsetMs] = useState(0)
  const [error, setError] = useState<string | null>(null)
  const latest = useRef(0)

  const refresh = useCallback(() => {
    const number = ++latest.current
    const ask = async () => {
      const answer = await client.query(scannerQuery, {}).toPromise()
      if (number !== latest.current) return
      setError(answer.error ? errorText(answer.error) : null)
      if (!answer.data) return
      setPage(answer.data)
      setMarketClockOffsetMs(Date.parse(answer.data.scanResults.market.now) - Date.now())
      dispatch({ type: 'queried', answer: answer.data })
    }
    void ask()
  }, [])

  useEffect(() => dispatch({ type: 'connection', connection }), [connection])

  useEffect(() => {
    refresh()
    const { unsubscribe } = client.subscription(scanStatusSubscription, {}).subscribe(({ data }) => {
      if (data) dispatch({ type: 'pushed', update: data.scanStatus })
    })
    return unsubscribe
  }, [refresh])

  // Between scans, every change is one of a stock, a price or an age: values and notices follow.
  const idlePosition =
    live.loaded && !live.status.scanInProgress ? `${live.epoch} ${live.seq} ${live.degraded}` : null
  const asked = page && `${page.scanResults.epoch} ${page.scanResults.seq} ${page.scanResults.degraded}`
  useEffect(() => {
    if (idlePosition === null || asked === null || idlePosition === asked) return undefined
    const timer = setTimeout(refresh, settleMs)
    return () => clearTimeout(timer)
    // `asked` is left out: an answer that is still behind must not be asked for in a loop.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [idlePosition, asked === null, refresh])

  useEffect(() => {
    if (connection === 'live' || connection === 'connecting') return undefined
    const timer = setInterval(refresh, pollWithoutPushMs)
    return () => clearInterval(timer)
  }, [connection, refresh])

  const opensAt = page?.scanResults.market.opensAt ?? null
  const marketNow = page?.scanResults.market.now ?? null
  useEffect(() => {
    if (opensAt === null || marketNow === null) return undefined
    const timer = setTimeout(
      refresh,
      Math.min(Date.parse(opensAt) - Date.parse(marketNow) + 1_000, longestTimerMs),
    )
    return () => clearTimeout(timer)
  }, [opensAt, marketNow, refresh])

  const scanner = useMemo(
    () => ({ live, page, marketClockOffsetMs, error, refresh }),
    [live, page, marketClockOffsetMs, error, refresh],
  )
  return <ScannerContext value={scanner}>{children}</ScannerContext>
}
