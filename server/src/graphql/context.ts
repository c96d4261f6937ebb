/** What resolvers may use. Made once per request, or per subscription. */
import type { Viewer } from '../auth/auth.ts'
import type { CuratedList } from '../scan/curated-list.ts'
import type { LiveStatus } from '../scan/live.ts'
import type { Criteria } from '../scan/criteria.ts'
import type { Instant } from '../scan/model.ts'
import type { Clock, MarketData, MarketHours } from '../scan/ports.ts'
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
  /** When the next scheduled scan is due; null when none is. */
  nextScheduledScan: () => Instant | null
  isLocalEnvironment: boolean
}

export interface GraphQLContext extends Api {
  /** Nobody gets as far as a resolver without being signed in. */
  viewer: Viewer
}
