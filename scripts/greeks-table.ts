/** Writes docs/greeks.md: how far our greeks are from the vendors' recorded ones. `npx tsx scripts/greeks-table.ts` */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { format, resolveConfig } from 'prettier'
import {
  compareGreeks,
  recordings,
  type Differences,
  type GreeksComparison,
  type Recording,
} from '../tests/support/greeks-comparison.ts'
import { recordingsDir } from '../tests/support/recordings.ts'

const dir = recordingsDir()
if (dir === null) throw new Error('There are no recordings on this machine: set RECORDINGS_DIR.')

// The first recording is worked through twice, so that the speed told is that of compiled code.
if (recordings[0]) compareGreeks(dir, recordings[0])
const found = recordings.flatMap((recording) => {
  const comparison = compareGreeks(dir, recording)
  return comparison === null ? [] : [{ ...recording, ...comparison, note: recording.note ?? '' }]
})
const measured = found.filter(({ ours }) => ours.contracts > 0)
const empty = found.filter(({ ours }) => ours.contracts === 0)
const speed = median(measured.map(({ microsecondsAContract }) => microsecondsAContract))

const page = `# Greeks of our own

<!-- Written by scripts/greeks-table.ts; edit that. -->

Where a provider gives no delta (marketdata.app for past days and on its free plan, rows that a vendor could not solve), the scanner computes delta and implied volatility itself and marks the contract \`greeksSource: MODEL\`. A vendor's delta is never replaced; ours is held against it (\`DELTA_DISAGREES\`).

## Model

- **American exercise**: a European price (Black-Scholes-Merton) plus the value of early exercise, by the integral equation for the exercise boundary of Andersen, Lake and Offengenden (2016). \`server/src/scan/american.ts\`, \`exercise-boundary.ts\`.
- **Accuracy**, held against a binomial tree (Broadie and Detemple's, extrapolated) over volatilities of 5 % to 300 %, rates of 0 to 8 %, yields of −3 % to 8 %, strikes of 60 % to 160 %: prices within 0.001 USD on a strike of 100 USD up to 45 days, 0.002 up to a year, 0.02 up to two and a half years; deltas within 0.001, 0.002 and 0.008.
- **Volatility** from the middle of bid and ask, to 1e-6, between 0.1 % and 1000 %; unknown when the price is outside what any volatility gives. A strike has one volatility, read from its side out of the money where that is quoted: tighter quotes, and nothing but time value. \`implied-volatility.ts\`, \`chain-model.ts\`.
- **Forward price** of each expiration from the chain itself: the eight pairs of a call and a put nearest the money, each as weighty as its quotes are tight. It brings dividends, borrowing costs and the right moment: no table of dividends is needed, and a stock price from after hours does no harm. Where a chain has no pairs (puts only), the provider's stock price and no dividends. \`implied-forward.ts\`.
- **Interest** is \`RISK_FREE_RATE\` (here its default, 4.5 %, for all recordings); a year has 365 days; an option lives until 16:00 New York, counted from the moment of its quotes.
- **Speed**: about ${(speed / 1000).toFixed(1)} ms a contract; only contracts that pass every other criterion are solved.

Not modelled: dividends as single payments, exercise of index options (European), expirations that settle at the open or close at 13:00.

## Beside the vendors

Absolute differences between the vendor's delta and ours, for recorded contracts with a bid, 7 to 60 days from expiration, and a vendor's |delta| of 0.05 to 0.95. Aim: median below 0.01, 95th percentile below 0.03.

${table(['Recording', 'Contracts', 'Unsolved', 'Median', '95 %', 'Largest'], (row) => [row.name, ...cells(row.ours)])}

${misses()}

What a scan looks at, contracts out of the money (|delta| up to 0.5):

${table(['Recording', 'Contracts', 'Unsolved', 'Median', '95 %', 'Largest'], (row) => [row.name, ...cells(row.outOfTheMoney)])}

What the forward price and the side out of the money are good for: the same contracts, each solved by itself, with the stock price that came with the chain and without dividends:

${table(['Recording', 'Unsolved', 'Median', '95 %', 'Largest', 'Why'], (row) => [row.name, ...cells(row.plain).slice(1), row.note])}

Not in the tables, because no row of theirs meets the conditions: ${empty.map(({ name }) => name).join(', ')}.

Computed on ${new Date().toISOString().slice(0, 10)} from recordings that are not part of this repository.
`

const file = resolve(import.meta.dirname, '../docs/greeks.md')
writeFileSync(file, await format(page, { ...(await resolveConfig(file)), filepath: file }))

type Row = GreeksComparison & Recording & { note: string }

function table(head: string[], row: (comparison: Row) => string[]): string {
  const rule = head.map((title) => (title === 'Recording' || title === 'Why' ? '---' : '--:'))
  const lines = [head, rule, ...measured.map(row)]
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n')
}

function cells({ contracts, unsolved, median, p95, max }: Differences): string[] {
  return [String(contracts), String(unsolved), ...[median, p95, max].map((value) => value?.toFixed(4) ?? '–')]
}

function misses(): string {
  const missed = measured.filter(({ ours }) => (ours.median ?? 0) >= 0.01 || (ours.p95 ?? 0) >= 0.03)
  if (missed.length === 0) return 'Every recording meets it.'
  const lines = missed.map(({ name, note, european, vendorIsEuropean }) => {
    const [median, p95, max] = cells(european).slice(2)
    const removed = `Without early exercise in ours either: median ${median}, 95 % ${p95}, largest ${max}.`
    return `- ${name}: ${note}${vendorIsEuropean ? ` ${removed}` : ''}`
  })
  return ['Misses, and the same with their cause removed:', '', ...lines].join('\n')
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
