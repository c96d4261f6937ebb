/** What a scan will take, asked before it is started. */
import type { ScanEstimate } from '../scan/estimate.ts'
import { rules } from './access.ts'
import { builder } from './builder.ts'

const ScanEstimateType = builder.objectRef<ScanEstimate>('ScanEstimate').implement({
  description:
    'What a scan of the active stocks will take if it starts now. Asking for it asks no provider and costs nothing.',
  fields: (t) => ({
    provider: t.exposeString('provider', { description: 'The provider that is asked first, e.g. `cboe`.' }),
    requests: t.exposeInt('requests', { description: 'HTTP requests to that provider.' }),
    credits: t.exposeInt('credits', {
      nullable: true,
      description: 'What it takes from the day’s budget, at most; null when the provider counts nothing.',
    }),
    durationMs: t.exposeInt('durationMs', {
      description: 'Milliseconds, from the provider’s limits and from how long tickers took last time.',
    }),
    budgetRemaining: t.exposeInt('budgetRemaining', {
      nullable: true,
      description:
        'What is left today, in credits (in requests where `credits` is null); null when there is no daily limit, or it is not known now.',
    }),
    sufficient: t.exposeBoolean('sufficient', {
      description:
        'False when today’s budget may end before the scan does, and when no scan can start. A scan that starts nevertheless stops there, and keeps what it has found.',
    }),
    message: t.exposeString('message', { description: 'All of this in a sentence, for a person.' }),
  }),
})

builder.queryField('scanEstimate', (t) =>
  t.field({
    type: ScanEstimateType,
    description: 'Requests, credits and time of a scan, before it is started.',
    authScopes: rules.read,
    resolve: (_root, _args, { scanner }) => scanner.estimate(),
  }),
)
