/**
 * The live status: numbered events in, a stream per subscriber out, with no gap between the snapshot and the stream.
 *
 * One feed per process serves all of its subscribers: it is subscribed while there is at least one, reads each
 * changed row once, and hands the same update to everybody. Everything that touches the feed runs in one queue, so
 * a snapshot, an event and a subscriber's arrival never overlap. Pub/sub may lose messages, and a failed Redis its
 * last writes, whose numbers then come again for other changes: another epoch, a gap in the sequence, a number that
 * comes again, a connection that was away, or a look at the position every few seconds that finds another one brings
 * a new snapshot.
 */
import { CacheUnavailable, DatabaseAway } from './errors.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'
import type { Position, ScanEvent } from './model.ts'
import type { Log, ScanCache, ScanEvents, StockList } from './ports.ts'
import { asDegraded, asSnapshot, asUpdate, unite, type StatusUpdate } from './status-update.ts'
import { stocksBeside, viewScan, viewTickers } from './view.ts'

export interface LiveStatusOptions {
  cache: ScanCache
  events: ScanEvents
  stocks: StockList
  log: Log
  /** Names of the providers whose rows count. */
  sources: readonly string[]
  /** How often the position is looked at, in milliseconds. */
  lookMs: number
}

export interface LiveStatus {
  /** The current state first, then every change, in order; ends when the reader returns or the process closes. */
  subscribe(): AsyncIterableIterator<StatusUpdate>
  subscribers(): number
  close(): Promise<void>
}

interface Subscriber {
  mailbox: Mailbox<StatusUpdate>
  /** Null until the first snapshot is delivered. */
  at: Position | null
}

/** More unread updates than a scan of the default list makes. */
const MAILBOX_LIMIT = 64
/** More unprocessed events than this: a snapshot is cheaper. */
const BACKLOG_LIMIT = 1_000
/** A message that is not here so long after its change is lost. */
const ON_ITS_WAY_MS = 250
/** A subscriber does not wait longer than this for the event channel. */
const ACKNOWLEDGE_MS = 700

export function createLiveStatus(options: LiveStatusOptions): LiveStatus {
  const { cache, events, stocks, log, sources, lookMs } = options
  const subscribers = new Set<Subscriber>()
  let backlog: ScanEvent[] = []
  /** What the feed has told last; null before the first snapshot, and while the cache is away. */
  let last: StatusUpdate | null = null
  /** What has arrived last since everybody was sent a snapshot. */
  let heard: Position | null = null
  let degraded = false
  let channel: Promise<() => Promise<void>> | null = null
  let looker: NodeJS.Timeout | undefined
  let queue: Promise<void> = Promise.resolve()
  let closed = false

  function enqueue(task: () => Promise<void>): Promise<void> {
    queue = queue.then(task).catch((error: unknown) => {
      // Outages are told where they are noticed.
      if (!(error instanceof CacheUnavailable || error instanceof DatabaseAway))
        log.error({ err: error }, 'The live status stumbled; a snapshot follows.')
      degrade()
    })
    return queue
  }

  /** Opens or closes the channel as subscribers come and go. */
  async function settle(): Promise<void> {
    if (subscribers.size > 0 && channel === null) {
      const opening = events.subscribe(receive, missed)
      channel = opening
      opening.catch((error: unknown) => {
        log.warn({ reason: String(error) }, 'The event channel could not be opened; it is tried again.')
        if (channel === opening) channel = null
      })
      looker ??= setInterval(() => void enqueue(look), lookMs)
      const late = await Promise.race([opening.then(() => false).catch(() => true), after(ACKNOWLEDGE_MS)])
      // Events before a late acknowledgement may be lost: the snapshot is taken again.
      if (late) void opening.then(() => enqueue(resync)).catch(() => {})
    } else if (subscribers.size === 0 && channel !== null) {
      clearInterval(looker)
      looker = undefined
      const leaving = channel
      channel = null
      last = null
      heard = null
      degraded = false
      backlog = []
      void leaving.then((unsubscribe) => unsubscribe()).catch(() => {})
      await Promise.race([leaving.then(() => false).catch(() => true), after(ACKNOWLEDGE_MS)])
    }
  }

  async function snapshot(): Promise<StatusUpdate> {
    const cached = await cache.read()
    return asSnapshot(viewScan(cached, await stocksBeside(cached, stocks), sources))
  }

  function deliver(subscriber: Subscriber, update: StatusUpdate): void {
    subscriber.at = { epoch: update.epoch, seq: update.seq }
    subscriber.mailbox.deliver(update)
  }

  /** Newcomers share one read; it is newer than, or as new as, what the feed has told the others. */
  async function welcome(): Promise<void> {
    await settle()
    const newcomers = [...subscribers].filter((subscriber) => subscriber.at === null)
    if (newcomers.length === 0) return
    const update = await snapshot()
    // What the others were told is no part of this story any more: that, or that nothing could be read.
    if (last === null || update.epoch !== last.epoch || update.seq < last.seq) return tellAll(update)
    for (const newcomer of newcomers) deliver(newcomer, update)
  }

  function follow(update: StatusUpdate): void {
    last = update
    degraded = false
  }

  async function resync(): Promise<void> {
    if (subscribers.size > 0) tellAll(await snapshot())
  }

  function tellAll(update: StatusUpdate): void {
    heard = null
    follow(update)
    for (const subscriber of subscribers) deliver(subscriber, update)
  }

  async function look(): Promise<void> {
    await settle()
    if (subscribers.size === 0) return
    const now = await cache.position()
    if (last === null || now.epoch !== last.epoch || now.seq < last.seq) return resync()
    // The message may just be on its way; only one that never comes is made up for.
    if (now.seq > last.seq) setTimeout(() => void enqueue(() => catchUp(now)), ON_ITS_WAY_MS).unref()
  }

  async function catchUp(now: Position): Promise<void> {
    if (last !== null && last.epoch === now.epoch && last.seq < now.seq) await resync()
  }

  function missed(): void {
    void enqueue(resync)
  }

  function receive(event: ScanEvent): void {
    const again = heard !== null && heard.epoch === event.epoch && heard.seq >= event.seq
    heard = event
    if (again) return missed()
    backlog.push(event)
    if (backlog.length === 1) void enqueue(drain)
  }

  /** Everything that has arrived meanwhile: one read of the rows, then one update per event, in order. */
  async function drain(): Promise<void> {
    const arrived = backlog
    backlog = []
    if (last === null) return
    const at: Position = last
    const news = arrived.filter((event) => event.epoch !== at.epoch || event.seq > at.seq)
    if (news.length === 0) return
    const consecutive = news.every(
      ({ epoch, seq }, index) => epoch === at.epoch && seq === at.seq + 1 + index,
    )
    if (!consecutive || news.length > BACKLOG_LIMIT || news.some((event) => event.reset)) return resync()

    const symbols = [...new Set(news.flatMap((event) => event.changed))]
    const [rows, listed] =
      symbols.length === 0
        ? [[], []]
        : await Promise.all([cache.readTickers(symbols), stocks.active(news.at(-1)?.edition)])
    const views = new Map(viewTickers(rows, listed, sources).map((view) => [view.symbol, view]))
    for (const event of news) {
      const rowsOfEvent = event.changed.flatMap((symbol) => views.get(symbol) ?? [])
      const update = asUpdate(event, rowsOfEvent, last)
      follow(update)
      for (const subscriber of subscribers) {
        const before = subscriber.at
        if (before === null || (before.epoch === event.epoch && before.seq >= event.seq)) continue
        deliver(subscriber, update)
      }
    }
  }

  /** Says once that the state cannot be read now; the next look that succeeds sends a snapshot. */
  function degrade(): void {
    for (const subscriber of subscribers) {
      if (degraded && subscriber.at !== null) continue
      deliver(subscriber, asDegraded(subscriber.at ?? { epoch: 'none', seq: 0 }))
    }
    degraded = true
    last = null
  }

  return {
    subscribe() {
      const mailbox = createMailbox<StatusUpdate>({
        limit: MAILBOX_LIMIT,
        unite,
        onClose: () => {
          subscribers.delete(subscriber)
          void enqueue(settle)
        },
      })
      const subscriber: Subscriber = { mailbox, at: null }
      if (closed) mailbox.close()
      else {
        subscribers.add(subscriber)
        void enqueue(welcome)
      }
      return mailbox
    },
    subscribers: () => subscribers.size,
    async close() {
      // Whoever is still there learns how things ended: what the look finds, and what arrives during it.
      await enqueue(async () => {
        if (subscribers.size > 0) await catchUp(await cache.position())
      })
      await queue
      closed = true
      for (const { mailbox } of subscribers) mailbox.close()
      await enqueue(settle)
    },
  }
}

/** Resolves to true after a while, without keeping the process alive. */
function after(ms: number): Promise<true> {
  return new Promise((resolve) => setTimeout(() => resolve(true), ms).unref())
}
