import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
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
import type { AroundRowsQuery, AroundRowsQueryVariables } from '../gql/graphql.ts'
import { useConnection } from '../live-socket.ts'
import { errorText } from '../ui/error-text.ts'
import { liveScan, nothingYet, type LivePush, type LiveScan } from './live-scan.ts'
import { useMarketClockOffsetMs } from './market-clock.ts'
import { perFrame } from './per-frame.ts'

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

graphql(`
  fragment AroundRows on ScanResults {
    epoch
    seq
    degraded
    ...ScanNotices
    criteria {
      ...Criteria
    }
  }
`)

/**
 * The document asks for it before the page's JavaScript is there (`vite.config.ts`). Everything in it changes only
 * together with the results, so that the server answers it from bytes.
 */
const scannerQuery = graphql(`
  query Scanner {
    scanResults {
      ...AroundRows
      lastRun
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

/** What does not stream. */
const aroundRowsQuery = graphql(`
  query AroundRows {
    scanResults {
      ...AroundRows
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
  page: AroundRowsQuery | null
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

type NoVariables = AroundRowsQueryVariables

const pollWithoutPushMs = 5_000
const settleMs = 250
/** The longest delay that a timer takes. */
const longestTimerMs = 2 ** 31 - 1

/** Asks once, then listens; the only owner of the subscription. Asks again when a scan or a stock has changed. */
export function LiveScanProvider({ children }: { children: ReactNode }) {
  const connection = useConnection()
  const [live, dispatch] = useReducer(liveScan, nothingYet)
  const [page, setPage] = useState<AroundRowsQuery | null>(null)
  const [error, setError] = useState<string | null>(null)
  const latest = useRef(0)
  const { finishedAt } = live.status
  const marketClockOffsetMs = useMarketClockOffsetMs(live.loaded ? (finishedAt ?? 'before any scan') : null)

  /** @returns null when it failed, or when another question has been asked meanwhile */
  const ask = useCallback(
    async <Data extends AroundRowsQuery>(query: TypedDocumentNode<Data, NoVariables>) => {
      const number = ++latest.current
      const answer = await client.query(query, {}).toPromise()
      if (number !== latest.current) return null
      setError(answer.error ? errorText(answer.error) : null)
      if (!answer.data) return null
      setPage(answer.data)
      return answer.data
    },
    [],
  )

  const refresh = useCallback(() => {
    const queried = async () => {
      const answer = await ask(scannerQuery)
      if (answer !== null) dispatch({ type: 'queried', answer })
    }
    void queried()
  }, [ask])

  useEffect(() => dispatch({ type: 'connection', connection }), [connection])

  useEffect(() => {
    refresh()
    const pushes = perFrame<LivePush>((updates) => {
      for (const update of updates) dispatch({ type: 'pushed', update })
    })
    const { unsubscribe } = client.subscription(scanStatusSubscription, {}).subscribe(({ data }) => {
      if (data) pushes.add(data.scanStatus)
    })
    return () => {
      unsubscribe()
      pushes.stop()
    }
  }, [refresh])

  // Between scans, every change is one of a stock, a price or an age: values and notices follow. Rows come by themselves.
  const rowsStream = connection === 'live' && !live.degraded
  const idlePosition =
    live.loaded && !live.status.scanInProgress ? `${live.epoch} ${live.seq} ${live.degraded}` : null
  const asked = page && `${page.scanResults.epoch} ${page.scanResults.seq} ${page.scanResults.degraded}`
  useEffect(() => {
    if (idlePosition === null || asked === null || idlePosition === asked) return undefined
    const timer = setTimeout(rowsStream ? () => void ask(aroundRowsQuery) : refresh, settleMs)
    return () => clearTimeout(timer)
    // `asked` is left out: an answer that is still behind must not be asked for in a loop.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [idlePosition, asked === null, rowsStream, ask, refresh])

  useEffect(() => {
    if (connection === 'live' || connection === 'connecting') return undefined
    const timer = setInterval(refresh, pollWithoutPushMs)
    return () => clearInterval(timer)
  }, [connection, refresh])

  const opensAt = page?.scanResults.market.opensAt ?? null
  useEffect(() => {
    if (opensAt === null) return undefined
    const waitMs = Date.parse(opensAt) - (Date.now() + marketClockOffsetMs)
    const timer = setTimeout(refresh, Math.min(waitMs + 1_000, longestTimerMs))
    return () => clearTimeout(timer)
  }, [opensAt, marketClockOffsetMs, refresh])

  const scanner = useMemo(
    () => ({ live, page, marketClockOffsetMs, error, refresh }),
    [live, page, marketClockOffsetMs, error, refresh],
  )
  return <ScannerContext value={scanner}>{children}</ScannerContext>
}
