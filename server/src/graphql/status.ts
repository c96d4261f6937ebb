/** The scan's status: asked for, and followed. */
import { positioned } from '../fan-out/index.ts'
import type { ScanProgress, ScanState } from '../scan/model.ts'
import { asSnapshot, type StatusUpdate } from '../scan/status-update.ts'
import { rules } from './access.ts'
import { builder } from './builder.ts'
import { kept } from './kept.ts'
import { TickerOptions, TickerOutcomeType } from './options.ts'

export const ScanStateEnum = builder.enumType('ScanState', {
  description: 'Where a scan is, or how it ended.',
  values: {
    IDLE: { description: 'No scan is known of.' },
    RUNNING: { description: 'Tickers are being fetched.' },
    COMPLETED: { description: 'Every ticker was tried, and not all of them failed.' },
    FAILED: { description: 'Every ticker failed, or the scan could not go on.' },
    CANCELLED: { description: 'Somebody stopped it.' },
    INTERRUPTED: { description: 'The process that ran the scan died, or its data was lost.' },
  } satisfies Record<ScanState, object>,
})

const ScanProgressType = builder.objectRef<ScanProgress>('ScanProgress').implement({
  description: 'How far a scan is.',
  fields: (t) => ({
    done: t.exposeInt('done', { description: 'Tickers finished, failed ones included.' }),
    total: t.exposeInt('total', { description: 'Tickers that it set out to scan.' }),
    current: t.exposeStringList('current', { description: 'Symbols being fetched now, sorted.' }),
  }),
})

const TickerFailure = builder.objectRef<StatusUpdate['failures'][number]>('TickerFailure').implement({
  description: 'A ticker that could not be had.',
  fields: (t) => ({
    symbol: t.exposeString('symbol', { description: 'Ticker symbol, e.g. `AAPL`.' }),
    message: t.exposeString('message', { description: 'What happened, for a person to read.' }),
  }),
})

export const ScanStatus = builder.objectRef<StatusUpdate>('ScanStatus').implement({
  description: 'Where the scanner is. Compare `seq` only within one `epoch`.',
  fields: (t) => ({
    epoch: t.exposeID('epoch', { description: 'Changes when the history of changes was lost.' }),
    seq: t.exposeInt('seq', { description: 'Counts every change of an epoch.' }),
    snapshot: t.exposeBoolean('snapshot', {
      description:
        'True: `changedTickers` and `changedOutcomes` are all there is, replace what you have. False: merge.',
    }),
    degraded: t.exposeBoolean('degraded', {
      description: 'True while the results cannot be read, or not all of them.',
    }),
    state: t.expose('state', { type: ScanStateEnum, description: 'Of the latest run.' }),
    scanInProgress: t.exposeBoolean('scanInProgress', { description: 'True while a scan runs.' }),
    lastRun: t.exposeString('lastRun', { description: 'The message for people; times are New York’s.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Of the latest run; null when none is known.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Of the latest run; null while it runs, and when none is known.',
    }),
    progress: t.expose('progress', { type: ScanProgressType, description: 'Of the latest run.' }),
    changedTickers: t.expose('changedTickers', {
      type: [TickerOptions],
      description: 'The whole row of each ticker that is new or changed.',
    }),
    removedTickers: t.exposeStringList('removedTickers', { description: 'Symbols whose rows are gone.' }),
    changedOutcomes: t.expose('changedOutcomes', {
      type: [TickerOutcomeType],
      description: 'Of the latest run; another `startedAt` begins anew.',
    }),
    failures: t.expose('failures', {
      type: [TickerFailure],
      description: 'Every failed ticker of the latest run so far.',
    }),
  }),
})

builder.queryField('scanStatus', (t) =>
  t.field({
    type: ScanStatus,
    description: 'The status as a snapshot.',
    authScopes: rules.read,
    resolve: async (_root, _args, context) =>
      asSnapshot(kept(await context.scanner.results(null, context.ticket?.version), context)),
  }),
)

builder.subscriptionField('scanStatus', (t) =>
  t.field({
    type: ScanStatus,
    description: 'The current status at once, as a snapshot, then every change.',
    authScopes: rules.read,
    subscribe: (_root, _args, { live }) => positioned(live.subscribe(), ({ epoch, seq }) => ({ epoch, seq })),
    resolve: (update) => update,
  }),
)
