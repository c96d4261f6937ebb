/** The criteria of the installation: returned with the results, edited by administrators. */
import type { ScanCriteria } from '../scan/model.ts'
import { rules } from './access.ts'
import { builder } from './builder.ts'
import { OptionSideEnum } from './options.ts'

export const ScanCriteriaType = builder.objectRef<ScanCriteria>('ScanCriteria').implement({
  description: 'What makes a contract worth selling. Bounds are inclusive.',
  fields: (t) => ({
    side: t.expose('side', { type: OptionSideEnum, description: 'What is sold.' }),
    minAnnualizedReturn: t.exposeFloat('minAnnualizedReturn', { description: 'Percent.' }),
    maxAbsDelta: t.exposeFloat('maxAbsDelta', { description: '0 to 1.' }),
    minDaysToExpiration: t.exposeInt('minDaysToExpiration', {
      description: 'Calendar days in New York, as of the scan.',
    }),
    maxDaysToExpiration: t.exposeInt('maxDaysToExpiration', {
      description: 'Calendar days in New York, as of the scan.',
    }),
    maxSpreadPercent: t.exposeFloat('maxSpreadPercent', {
      nullable: true,
      description: 'Percent of the mid; null: any.',
    }),
    minOpenInterest: t.exposeInt('minOpenInterest', { description: 'Contracts; 0: any.' }),
  }),
})

const ScanCriteriaInput = builder.inputType('ScanCriteriaInput', {
  description: 'Only the members that are given are changed. Units and bounds as in `ScanCriteria`.',
  fields: (t) => ({
    minAnnualizedReturn: t.float({ description: 'Percent, 0 to 100,000.' }),
    maxAbsDelta: t.float({ description: '0 to 1.' }),
    minDaysToExpiration: t.int({ description: '0 to 3,650.' }),
    maxDaysToExpiration: t.int({ description: '0 to 3,650.' }),
    maxSpreadPercent: t.float({ description: '0 to 200, percent of the mid; null takes any spread.' }),
    minOpenInterest: t.int({ description: 'Contracts.' }),
  }),
})

builder.mutationField('updateScanCriteria', (t) =>
  t.field({
    type: ScanCriteriaType,
    description: 'Changes what the next scan keeps, for everybody. Administrators. Errors: `BAD_INPUT`.',
    authScopes: rules.administer,
    args: { input: t.arg({ type: ScanCriteriaInput, required: true, description: 'What to change.' }) },
    resolve: async (_root, { input }, { criteria, accounts, viewer, address }) => {
      const change = changeOf(input)
      const changed = await criteria.update(change)
      const words = Object.entries(change).map(([name, value]) => `${name} ${value ?? 'any'}`)
      const summary = `Changed what a scan keeps: ${words.join(', ') || 'nothing'}.`
      await accounts.audit.write({ action: 'CRITERIA_CHANGED', actor: viewer, summary, address })
      return changed
    },
  }),
)

/** GraphQL has "absent" and "null"; only the spread has a use for null. */
function changeOf({
  maxSpreadPercent,
  ...rest
}: typeof ScanCriteriaInput.$inferInput): Partial<ScanCriteria> {
  const given = Object.entries(rest).filter(([, value]) => value != null)
  return { ...Object.fromEntries(given), ...(maxSpreadPercent !== undefined && { maxSpreadPercent }) }
}
