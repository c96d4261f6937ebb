/** Recorded answers of the vendors. They belong to the exchanges, so they stay beside the project, never in it. */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** The folder of the recordings, or null on a machine that has none. */
export function recordingsDir(): string | null {
  const dir = process.env['RECORDINGS_DIR'] ?? resolve(import.meta.dirname, '../../../shared/data')
  return existsSync(dir) ? dir : null
}

/** Stocks and ETFs whose chains were recorded after the close of 2025-06-06. */
export const recordedSymbols = ['AAPL', 'META', 'MSFT', 'SPY', 'TSLA'] as const

/**
 * A whole Cboe answer as bytes of JSON, unpacked.
 * @param capture the rest of the file's name: day, and moment of the day
 */
export function recordedChain(symbol: string, capture = '2025-06-06close'): Buffer {
  const dir = recordingsDir()
  if (dir === null) throw new Error('There are no recordings on this machine.')
  const file = resolve(dir, `cboe/options_${symbol}_${capture}.json`)
  return existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`))
}
