/** What the parent of a measured installation and its processes say to each other. */

export interface ProcessTask {
  /** Null: everything in this process. */
  redisUrl: string | null
  prefix: string
  /** Presses the button, and has a subscriber that reads. */
  server: boolean
  worker: boolean
  /** Subscribers that never read. */
  idleReaders: number
  /** Tickers at the same time, in each worker. */
  concurrency: number
  tickers: number
  /** Of the simulated market's answers. */
  latencyMs: number
  /** Requests, of all processes together; null: no limit. */
  perSecond: number | null
  /** Asked over HTTP, instead of the simulated market. */
  vendorUrl: string | null
  /** How long results are kept. */
  ttlSeconds: number
}

export interface Order {
  id: number
  name: 'scan' | 'rest' | 'usage'
}

export type Answer = { id: number; result: unknown } | { id: number; error: string }

/** Sent by the server in the middle of a scan: when a tenth, and nine tenths, of its tickers are done. */
export interface Mark {
  at: 'early' | 'late'
  /** Of the event that the subscriber has read last. */
  seq: number
  /** Of the server's process, since it started. */
  cpuMs: number
  /** Tickers. */
  done: number
}

export interface Usage {
  /** Bytes. */
  rss: number
  heapUsed: number
  /** Since the process was last at rest. */
  peakRss: number
  /** Since the process started. */
  cpuMs: number
}

export interface ServerReport {
  /** From the press until a subscriber has read that the scan has ended. */
  ms: number
  /** From the press until its answer. */
  answeredMs: number
  state: string
}
