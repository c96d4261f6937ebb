/** The record of scans: who scanned, when, from where, and how it ended. */
import type { PastRun } from '../scan/ports.ts'
import { rules } from './access.ts'
import { builder } from './builder.ts'
import { PersonName } from './invitations.ts'
import { connection, connectionOf, pageArgs, pageRequest } from './paging.ts'
import { ScanStateEnum } from './status.ts'

const ScanRun = builder.objectRef<PastRun>('ScanRun').implement({
  description: 'A scan, running or over.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The `runId` of logs.' }),
    state: t.expose('state', { type: ScanStateEnum, description: 'How it ended; `RUNNING` until then.' }),
    source: t.exposeString('source', { description: 'Name of the provider, e.g. `cboe`.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      description: 'When it was started.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Null while it runs.',
    }),
    durationMs: t.exposeInt('durationMs', {
      nullable: true,
      description: 'Milliseconds; null while it runs, and for one that nobody saw end.',
    }),
    tickersTotal: t.exposeInt('tickersTotal', { description: 'Tickers that it set out to scan.' }),
    tickersDone: t.exposeInt('tickersDone', { description: 'Tickers finished, failed ones included.' }),
    tickersFailed: t.exposeInt('tickersFailed', { description: 'Tickers that could not be had.' }),
    contractsKept: t.exposeInt('contractsKept', { description: 'Contracts worth selling.' }),
    message: t.exposeString('message', { nullable: true, description: 'For people; null while it runs.' }),
    startedBy: t.field({
      type: PersonName,
      nullable: true,
      description:
        'Told to administrators, and to that person; null for others, for a scheduled scan, and when the account is gone.',
      resolve: ({ startedBy }, _args, { viewer }) =>
        startedBy !== null && (viewer.scopes.has('ADMIN') || viewer.id === startedBy.id) ? startedBy : null,
    }),
  }),
})

const ScanRunConnection = connectionOf('ScanRun', ScanRun)
const RUNS = 20

builder.queryField('scanRuns', (t) =>
  t.field({
    type: ScanRunConnection,
    description: 'Scans of this installation, newest first.',
    authScopes: rules.read,
    args: pageArgs(RUNS),
    resolve: async (_root, args, { runs }) =>
      connection(await runs.list(pageRequest(args, RUNS)), ({ startedAt, id }) => ({ at: startedAt, id })),
  }),
)
