/** On demand: where a contract's numbers come from. */
import type { Explanation, ExplanationInput, Unit } from '../scan/explain.ts'
import { rules } from './access.ts'
import { builder } from './builder.ts'

const UnitEnum = builder.enumType('Unit', {
  description: 'What a number counts.',
  values: {
    USD: { description: 'US dollars.' },
    PERCENT: { description: '31.5 means 31.5 %.' },
    FRACTION: { description: '0.315 means 31.5 %.' },
    DAYS: { description: 'Calendar days in New York.' },
    CONTRACTS: { description: 'A count: shares or contracts.' },
  } satisfies Record<Unit, object>,
})

const ExplanationInputType = builder.objectRef<ExplanationInput>('ExplanationInput').implement({
  description: 'A number that a formula was given.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'As it stands in the formula.' }),
    value: t.exposeFloat('value', { description: 'In its `unit`.' }),
    unit: t.expose('unit', { type: UnitEnum, description: 'Of `value`.' }),
    source: t.exposeString('source', {
      description: 'Who says so: a provider, our model, the calendar, a setting, a person.',
    }),
    at: t.expose('at', {
      type: 'DateTime',
      nullable: true,
      description: 'When it held; null for what does not change.',
    }),
  }),
})

const ExplanationType = builder.objectRef<Explanation>('Explanation').implement({
  description: 'One number of a contract.',
  fields: (t) => ({
    field: t.exposeString('field', { description: 'The field of `OptionContract` that is explained.' }),
    label: t.exposeString('label', { description: 'Its name, for people.' }),
    formula: t.exposeString('formula', { description: 'As a person would write it down.' }),
    value: t.exposeFloat('value', {
      nullable: true,
      description: 'Null when it cannot be known: `note` says why.',
    }),
    unit: t.expose('unit', { type: UnitEnum, description: 'Of `value`.' }),
    inputs: t.expose('inputs', {
      type: [ExplanationInputType],
      description: 'What the formula was given, in its order.',
    }),
    note: t.exposeString('note', {
      nullable: true,
      description: 'What else one should know, for people; null: nothing.',
    }),
  }),
})

builder.queryField('explain', (t) =>
  t.field({
    type: [ExplanationType],
    nullable: true,
    description: 'Where each number of a contract comes from; null when the latest results do not have it.',
    authScopes: rules.read,
    args: { contractId: t.arg.id({ required: true, description: '`OptionContract.id`.' }) },
    resolve: (_root, { contractId }, { scanner }) => scanner.explain(contractId),
  }),
)
