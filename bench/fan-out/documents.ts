/** What the subscribers ask for, and what one event then looks like, as ours tells it. */
import { follow } from '../../tests/support/server.ts'
import { until } from '../../tests/support/until.ts'
import type { Ours } from '../servers/ours.ts'
import type { Publisher } from '../servers/publisher.ts'

/** `status`: what everybody's page follows, about half a kB. `rows`: with the rows that have changed, a few kB. */
export type DocumentName = 'status' | 'rows'

/** First the number, by which the subscribers tell the results apart. */
const status = `
  seq epoch snapshot degraded state scanInProgress lastRun startedAt finishedAt progress { done total current }
  removedTickers failures { symbol message }`
const rows = `
  changedTickers {
    symbol rating underlyingPrice scannedAt quotedAt source delayMinutes quality
    stock { symbol name active intrinsicValue preferredModel price discountPercent }
    options {
      id side expiration expirationKind daysToExpiration strike bid ask mid spreadPercent delta impliedVolatility
      openInterest volume annualizedReturn otmPercent breakEven probabilityOtm probabilityOfProfit collateral
      premium rating quality { grade issues { code } }
    }
  }`

export const documents: Record<DocumentName, string> = {
  status: `subscription Status { scanStatus { ${status} } }`,
  rows: `subscription Rows { scanStatus { ${status} ${rows} } }`,
}

export type ScanStatus = { seq: number } & Record<string, unknown>

/** Of one event after the first, in which these rows have changed. */
export async function sampleOf(
  ours: Ours,
  publisher: Publisher,
  name: DocumentName,
  symbols: string[],
): Promise<ScanStatus> {
  const stream = follow<{ scanStatus: ScanStatus }>(ours.url, ours.cookie, documents[name])
  const refused = stream.ended.then(() => Promise.reject(new Error('Our server has ended the stream.')))
  await Promise.race([until(() => stream.values.length > 0), refused])
  await publisher.announce(symbols)
  await Promise.race([until(() => stream.values.length > 1), refused])
  refused.catch(() => {})
  stream.stop()
  const sample = stream.values[1]?.scanStatus
  if (sample === undefined) throw new Error('Our server has told nothing.')
  return sample
}
