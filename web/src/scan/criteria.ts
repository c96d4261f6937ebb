import type { CriteriaFragment } from '../gql/graphql.ts'
import { count, deltaLimit, plain } from '../ui/format.ts'

/** `put` or `call`, in the singular or plural that a number wants. */
export function sideWord({ side }: CriteriaFragment, many = true): string {
  return side.toLowerCase() + (many ? 's' : '')
}

/** E.g. `≥ 30 % a year with |delta| ≤ 0.20, spread ≤ 10 %`. */
export function criteriaText(criteria: CriteriaFragment): string {
  const { minAnnualizedReturn, maxAbsDelta, maxSpreadPercent, minOpenInterest } = criteria
  const spread = maxSpreadPercent === null ? '' : `, spread ≤ ${plain(maxSpreadPercent)} %`
  const open = minOpenInterest === 0 ? '' : `, open interest ≥ ${plain(minOpenInterest)}`
  return `≥ ${plain(minAnnualizedReturn)} % a year with |delta| ≤ ${deltaLimit(maxAbsDelta)}${spread}${open}`
}

/** The one sentence at the top of the page. */
export function headline(shown: {
  criteria: CriteriaFragment
  activeStocks: number
  /** False while nothing is known: no results, and no scan that could have had any. */
  scanned: boolean
  tickers: number
  contracts: number
  scanInProgress: boolean
}): string {
  const { criteria, tickers, contracts } = shown
  const stocks = count(shown.activeStocks, 'stock')
  const wanted = criteriaText(criteria)
  if (!shown.scanned && tickers === 0)
    return `Looks through ${stocks} for ${sideWord(criteria)} at ${wanted}.`
  const worth = `${sideWord(criteria)} worth selling${shown.scanInProgress ? ' so far' : ''}`
  if (tickers === 0) return `None of ${stocks} has ${worth}, at ${wanted}.`
  return `${tickers} of ${stocks} ${tickers === 1 ? 'has' : 'have'} ${worth}: ${count(contracts, 'contract')} at ${wanted}.`
}
