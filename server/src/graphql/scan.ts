/** Results, and the two things a person can do to a scan. */
import type { Instant } from '../scan/model.ts'
import type { CancelOutcome, StartOutcome } from '../scan/scanner.ts'
import { asSnapshot } from '../scan/status-update.ts'
import type { ScanView } from '../scan/view.ts'
import { rules } from './access.ts'
import { builder } from './builder.ts'
import { kept } from './kept.ts'
import { ScanCriteriaType } from './criteria.ts'
import { ScanFilterInput } from './filter.ts'
import { TickerOptions, TickerOutcomeType } from './options.ts'
import { ScanStatus } from './status.ts'

const MarketStatus = builder
  .objectRef<{ isOpen: boolean; opensAt: Instant | null; now: Instant }>('MarketStatus')
  .implement({
    description: 'The exchange (NYSE hours, holidays and early closes), by the market clock.',
    fields: (t) => ({
      isOpen: t.exposeBoolean('isOpen', { description: 'Whether it trades now.' }),
      opensAt: t.expose('opensAt', {
        type: 'DateTime',
        nullable: true,
        description: 'The next opening; null while open.',
      }),
      now: t.expose('now', {
        type: 'DateTime',
        description: 'What the market clock shows; `CLOCK_AT` can freeze it.',
      }),
    }),
  })

const ScanResults = builder.objectRef<ScanView>('ScanResults').implement({
  description: 'Everything the scanner knows, as of `seq`.',
  fields: (t) => ({
    epoch: t.exposeID('epoch', { description: 'Changes when the history of changes was lost.' }),
    seq: t.exposeInt('seq', {
      description: 'Updates with a higher number, in the same epoch, are newer than this.',
    }),
    lastRun: t.exposeString('lastRun', { description: 'The message for people; times are New York’s.' }),
    scanInProgress: t.exposeBoolean('scanInProgress', { description: 'True while a scan runs.' }),
    degraded: t.exposeBoolean('degraded', {
      description: 'True while the results cannot be read, or not all of them.',
    }),
    isLocalEnvironment: t.boolean({
      description: 'True in LOCAL, where scans run at any time and quotes may be stale.',
      resolve: (_scan, _args, { isLocalEnvironment }) => isLocalEnvironment,
    }),
    source: t.string({
      description: 'Which provider, how delayed.',
      resolve: (_scan, _args, { marketData }) => marketData.description,
    }),
    simulated: t.boolean({
      description: 'True when the quotes are made up.',
      resolve: (_scan, _args, { marketData }) => marketData.simulated,
    }),
    criteria: t.field({
      type: ScanCriteriaType,
      description: 'What the next scan keeps.',
      resolve: (_scan, _args, { criteria }) => criteria.current(),
    }),
    market: t.field({
      type: MarketStatus,
      description: 'Whether the exchange is open, and when it will be.',
      resolve: (_scan, _args, { marketHours, clock }) => ({
        isOpen: marketHours.isOpen(),
        opensAt: marketHours.opensAt(),
        now: new Date(clock.marketNow()).toISOString(),
      }),
    }),
    tickers: t.expose('tickers', {
      type: [TickerOptions],
      description: 'Sorted by symbol, only those with qualifying options.',
    }),
    outcomes: t.expose('outcomes', {
      type: [TickerOutcomeType],
      description:
        'Of every ticker of the latest run so far, by symbol: also why a ticker has no qualifying options.',
    }),
  }),
})

builder.queryField('scanResults', (t) =>
  t.field({
    type: ScanResults,
    description:
      'Everything the scanner knows, in one read of the cache; while that is away, safe defaults and `degraded`.',
    authScopes: rules.read,
    args: { filter: t.arg({ type: ScanFilterInput, description: 'Narrows `tickers`; null: all.' }) },
    resolve: async (_root, { filter }, context) =>
      kept(await context.scanner.results(filter, context.ticket?.version), context),
  }),
)

builder.queryField('nextScheduledScan', (t) =>
  t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When the installation’s schedule starts the next scan; null when it has none.',
    authScopes: rules.read,
    resolve: (_root, _args, { nextScheduledScan }) => nextScheduledScan(),
  }),
)

function withStatus<K extends WithStatus['kind']>(kind: K, description: string) {
  return builder.objectRef<WithStatus & { kind: K }>(kind).implement({
    description,
    fields: (t) => ({
      status: t.field({
        type: ScanStatus,
        description: 'Right after that, as a snapshot.',
        resolve: ({ status }) => asSnapshot(status),
      }),
    }),
  })
}

function withMessage<K extends WithMessage['kind']>(kind: K, description: string) {
  return builder.objectRef<WithMessage & { kind: K }>(kind).implement({
    description,
    fields: (t) => ({
      message: t.string({ description: 'For a person to read.', resolve: ({ message }) => message }),
    }),
  })
}

type WithStatus = Extract<StartOutcome | CancelOutcome, { status: ScanView }>
type WithMessage = Exclude<StartOutcome | CancelOutcome, { status: ScanView } | { kind: 'MarketClosed' }>

const MarketClosed = builder
  .objectRef<Extract<StartOutcome, { kind: 'MarketClosed' }>>('MarketClosed')
  .implement({
    description: 'Outside LOCAL, scans run in market hours only.',
    fields: (t) => ({
      message: t.exposeString('message', { description: 'For a person to read.' }),
      opensAt: t.expose('opensAt', {
        type: 'DateTime',
        nullable: true,
        description: 'The next opening; null when it is not known.',
      }),
    }),
  })

const CacheUnavailable = withMessage(
  'CacheUnavailable',
  'The results could not be stored now. Nothing was changed.',
)

const StartScanResult = builder.unionType('StartScanResult', {
  description: 'The scan that was started, or why none was.',
  types: [
    withStatus(
      'ScanStarted',
      'The scan runs in the background; follow it with the `scanStatus` subscription.',
    ),
    withStatus('ScanAlreadyRunning', 'Somebody’s scan is running; nothing was started. Follow that one.'),
    MarketClosed,
    withMessage('MarketDataUnavailable', 'The provider cannot be asked now. Nothing was changed.'),
    CacheUnavailable,
    withMessage('NoActiveStocks', 'The list has no active stock.'),
  ],
  resolveType: ({ kind }) => kind,
})

const CancelScanResult = builder.unionType('CancelScanResult', {
  description: 'The scan that was stopped, or why none was.',
  types: [
    withStatus('ScanCancelled', 'The scan was stopped; the tickers that it had finished stay.'),
    withMessage('NoScanRunning', 'There was nothing to cancel.'),
    CacheUnavailable,
  ],
  resolveType: ({ kind }) => kind,
})

builder.mutationField('startScan', (t) =>
  t.field({
    type: StartScanResult,
    description:
      'Starts a scan of the active stocks in the background. One runs at a time, on however many servers. Traders and administrators.',
    authScopes: rules.scan,
    resolve: (_root, _args, { scanner, viewer }) => scanner.start(viewer.id),
  }),
)

builder.mutationField('cancelScan', (t) =>
  t.field({
    type: CancelScanResult,
    description: 'Stops the running scan, whoever started it. Traders and administrators.',
    authScopes: rules.scan,
    resolve: (_root, _args, { scanner }) => scanner.cancel(),
  }),
)
