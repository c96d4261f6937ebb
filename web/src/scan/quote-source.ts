/** Who says a ticker's quotes, and how late, in words. */
import type { TickerItemFragment } from '../gql/graphql.ts'

/** E.g. `cboe · 15 min delayed`. */
export function sourceText({ source, delayMinutes }: Pick<TickerItemFragment, 'source' | 'delayMinutes'>) {
  return `${source} · ${delayText(delayMinutes)}`
}

function delayText(minutes: number | null): string {
  if (minutes === null) return 'simulated'
  if (minutes === 0) return 'real time'
  return minutes < 24 * 60 ? `${minutes} min delayed` : `${Math.round(minutes / (24 * 60))} d delayed`
}
