/** What resolvers may use. Made once per request, or per subscription. */
import type { Ticket } from '../ready-answers/answers.ts'
import type { Accounts } from '../auth/accounts.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { CuratedList } from '../scan/curated-list.ts'
import type { LiveStatus } from '../scan/live.ts'
import type { Criteria } from '../scan/criteria.ts'
import type { Instant } from '../scan/model.ts'
import type { Clock, MarketData, MarketHours, ScanHistory } from '../scan/ports.ts'
import type { Scanner } from '../scan/scanner.ts'

/** The installation, the same for every request. */
export interface Api {
  scanner: Scanner
  live: LiveStatus
  curatedList: CuratedList
  marketData: Pick<MarketData, 'description' | 'simulated'>
  marketHours: MarketHours
  clock: Clock
  criteria: Criteria
  runs: ScanHistory
  accounts: Accounts
  /** For how long results and status are kept, milliseconds. */
  resultsLifetimeMs: number
  /** When the next scheduled scan is due; null when none is. */
  nextScheduledScan: () => Instant | null
  isLocalEnvironment: boolean
}

export interface GraphQLContext extends Api {
  /** Nobody gets as far as a resolver without being signed in. */
  viewer: Viewer
  /** IP address of the client, as far as it can be known. */
  address: string
  /** Of an answer that is to be kept; null for any other. */
  ticket: Ticket | null
}
