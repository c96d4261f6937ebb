/** The curated list: reading it, and for administrators editing it. */
import type { IntrinsicValue, Stock, ValuationModel, ValueSource } from '../scan/model.ts'
import { discountPercent, intrinsicValueOf } from '../scan/rating.ts'
import { rules } from './access.ts'
import { builder } from './builder.ts'

const ValueSourceEnum = builder.enumType('ValueSource', {
  description: 'Who an intrinsic value comes from.',
  values: {
    DEMO: { description: 'Made up; counts only beside simulated quotes.' },
    USER: { description: 'Entered by a person.' },
    MODEL: { description: 'Computed from reported figures.' },
  } satisfies Record<ValueSource, object>,
})

const ValuationModelEnum = builder.enumType('ValuationModel', {
  description: 'What a discounted cash flow is computed on.',
  values: {
    EPS: { description: 'On earnings per share.' },
    FCF: { description: 'On free cash flow per share.' },
  } satisfies Record<ValuationModel, object>,
})

const IntrinsicValueType = builder.objectRef<IntrinsicValue>('IntrinsicValue').implement({
  description: 'What a share is worth, whatever it costs.',
  fields: (t) => ({
    value: t.exposeFloat('value', { description: 'USD per share, above 0.' }),
    source: t.expose('source', { type: ValueSourceEnum, description: 'Who says so.' }),
  }),
})

export const StockType = builder.objectRef<Stock>('Stock').implement({
  description: 'A stock of the curated list.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The same for ever.' }),
    symbol: t.exposeString('symbol', {
      description: 'Ticker symbol, upper case; class shares with a dot (`BRK.B`).',
    }),
    name: t.exposeString('name', {
      nullable: true,
      description: 'Of the company, e.g. `Apple Inc.`; null: not known.',
    }),
    active: t.exposeBoolean('active', { description: 'Inactive stocks are kept, but not scanned.' }),
    notes: t.exposeString('notes', { description: 'Of administrators, for everybody; may be empty.' }),
    intrinsicValueEps: t.expose('intrinsicValueEps', {
      type: IntrinsicValueType,
      nullable: true,
      description: 'By the model on earnings; null: not known.',
    }),
    intrinsicValueFcf: t.expose('intrinsicValueFcf', {
      type: IntrinsicValueType,
      nullable: true,
      description: 'By the model on free cash flow; null: not known.',
    }),
    preferredModel: t.expose('preferredModel', {
      type: ValuationModelEnum,
      description: 'Whose value contracts are rated by.',
    }),
    intrinsicValue: t.float({
      nullable: true,
      description: 'The preferred model’s value, USD per share; null when that model has none.',
      resolve: intrinsicValueOf,
    }),
    price: t.exposeFloat('price', {
      nullable: true,
      description: 'USD per share, as the last scan saw it; null when none has.',
    }),
    pricedAt: t.expose('pricedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the market made that price; null without one.',
    }),
    discountPercent: t.float({
      nullable: true,
      description: '(value − price) / value, in percent; negative is overvalued; null without both.',
      resolve: discountPercent,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it came on the list.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was changed last.' }),
  }),
})

const IntrinsicValueInput = builder.inputType('IntrinsicValueInput', {
  description: 'What a person says that a share is worth.',
  fields: (t) => ({ value: t.float({ required: true, description: 'USD per share, above 0.' }) }),
})

const UpdateStockInput = builder.inputType('UpdateStockInput', {
  description: 'Only the members that are given are changed.',
  fields: (t) => ({
    name: t.string({ description: 'Null forgets the name.' }),
    active: t.boolean({ description: 'False keeps the stock, but does not scan it.' }),
    notes: t.string({ description: 'At most 10,000 characters.' }),
    intrinsicValueEps: t.field({ type: IntrinsicValueInput, description: 'Null forgets the value.' }),
    intrinsicValueFcf: t.field({ type: IntrinsicValueInput, description: 'Null forgets the value.' }),
    preferredModel: t.field({ type: ValuationModelEnum, description: 'Whose value contracts are rated by.' }),
  }),
})

builder.queryField('stocks', (t) =>
  t.field({
    type: [StockType],
    description: 'The curated list, by symbol.',
    authScopes: rules.read,
    args: {
      active: t.arg.boolean({ description: 'Only the active, or only the inactive ones; null: all.' }),
    },
    resolve: (_root, { active }, { curatedList }) => curatedList.list(active == null ? {} : { active }),
  }),
)

builder.mutationField('addStock', (t) =>
  t.field({
    type: StockType,
    description: 'Adds an active stock. Administrators. Errors: `BAD_INPUT`, `ALREADY_LISTED`.',
    authScopes: rules.administer,
    args: {
      symbol: t.arg.string({ required: true, description: 'Ticker symbol, e.g. `AAPL` or `BRK.B`.' }),
      name: t.arg.string({ description: 'Of the company, e.g. `Apple Inc.`; null: not known.' }),
    },
    resolve: async (_root, { symbol, name }, { curatedList, accounts, viewer, address }) => {
      const stock = await curatedList.add({ symbol, name: name ?? null })
      const summary = `Added ${stock.symbol} to the list.`
      await accounts.audit.write({ action: 'STOCK_ADDED', actor: viewer, summary, address })
      return stock
    },
  }),
)

builder.mutationField('updateStock', (t) =>
  t.field({
    type: StockType,
    description: 'Changes a stock of the list. Administrators. Errors: `BAD_INPUT`, `NOT_FOUND`.',
    authScopes: rules.administer,
    args: {
      symbol: t.arg.string({ required: true, description: 'Of a stock of the list, e.g. `AAPL`.' }),
      input: t.arg({ type: UpdateStockInput, required: true, description: 'What to change.' }),
    },
    resolve: async (_root, { symbol, input }, { curatedList, accounts, viewer, address }) => {
      const change = changeOf(input)
      const stock = await curatedList.update(symbol, change)
      const summary = `Changed ${stock.symbol}: ${inWords(change)}.`
      await accounts.audit.write({ action: 'STOCK_CHANGED', actor: viewer, summary, address })
      return stock
    },
  }),
)

/** E.g. `intrinsicValueEps 190, active false`. Notes are long, and nobody else's business. */
function inWords(change: ReturnType<typeof changeOf>): string {
  const words = Object.entries(change).map(([name, value]) =>
    name === 'notes' ? 'notes' : `${name} ${value ?? 'forgotten'}`,
  )
  return words.join(', ') || 'nothing'
}

/** GraphQL has "absent" and "null"; a change takes null only where there is something to forget. */
function changeOf(input: typeof UpdateStockInput.$inferInput) {
  const { name, active, notes, preferredModel, intrinsicValueEps: eps, intrinsicValueFcf: fcf } = input
  return {
    ...(name !== undefined && { name }),
    ...(active != null && { active }),
    ...(notes != null && { notes }),
    ...(preferredModel != null && { preferredModel }),
    ...(eps !== undefined && { intrinsicValueEps: eps?.value ?? null }),
    ...(fcf !== undefined && { intrinsicValueFcf: fcf?.value ?? null }),
  }
}
