/**
 * `npm run bench reading`: what it costs to read and screen the largest recorded chain, beside `JSON.parse` of the same
 * text, which nobody can do without. Needs the recordings.
 */
import { readCboeChain } from '../server/src/market/cboe.ts'
import { createChainModel } from '../server/src/scan/chain-model.ts'
import { newYorkDate } from '../server/src/scan/new-york.ts'
import { screenChain } from '../server/src/scan/screen.ts'
import { defaultCriteria } from '../tests/support/fakes.ts'
import { recordedChain, recordingsDir } from '../tests/support/recordings.ts'
import type { Part } from './part.ts'
import { figure, median, whole } from './report/numbers.ts'

const CLOSE = Date.parse('2025-06-06T20:00:00Z')
const ROUNDS = 40
/** Until the compiler has seen enough. */
const WARM_UP = 10

function measure(text: string) {
  const ms = { parse: [] as number[], read: [] as number[], screen: [] as number[] }
  let rows = 0
  const timed = <T>(stage: keyof typeof ms, work: () => T): T => {
    const began = performance.now()
    const made = work()
    ms[stage].push(performance.now() - began)
    return made
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const payload: unknown = timed('parse', () => JSON.parse(text))
    const chain = timed('read', () => readCboeChain('SPY', payload))
    rows = chain.quotes.length
    timed('screen', () => {
      const underlyingPrice = chain.underlyingPrice ?? NaN
      const riskFreeRate = 0.045
      return screenChain(chain, {
        criteria: defaultCriteria,
        underlyingPrice,
        riskFreeRate,
        today: newYorkDate(CLOSE),
        expirationKindOf: () => 'WEEKLY',
        model: createChainModel(chain.quotes, { underlyingPrice, quotedAtMs: CLOSE, rate: riskFreeRate }),
        delayMinutes: 15,
        quoteAgeOf: () => 0,
      })
    })
  }
  const typical = (stage: keyof typeof ms) => median(ms[stage].slice(WARM_UP))
  return { rows, parse: typical('parse'), read: typical('read'), screen: typical('screen') }
}

export const measureReading: Part = async () => {
  const title = 'Reading and screening a chain'
  if (recordingsDir() === null)
    return [{ title, about: 'There are no recordings on this machine.', tables: [], findings: [] }]
  const { rows, parse, read, screen } = measure(recordedChain('SPY').toString())
  const all = parse + read + screen
  return [
    {
      title,
      about: `SPY at Cboe, ${whole(rows)} contracts; median of ${ROUNDS - WARM_UP} rounds, collecting garbage included.`,
      tables: [
        [
          ['stage', 'ms', 'beside JSON.parse'],
          ['JSON.parse', figure(parse), figure(1)],
          ['checking and naming each contract', figure(read), figure(read / parse)],
          ['screening', figure(screen), figure(screen / parse)],
          ['all', figure(all), figure(all / parse)],
        ],
      ],
      findings: [],
      bounds: [
        {
          what: 'Parsing, checking and screening, beside JSON.parse',
          measured: all / parse,
          needed: 2,
          is: 'at most',
        },
        { what: 'Screening, ms', measured: screen, needed: 10, is: 'at most' },
      ],
    },
  ]
}
