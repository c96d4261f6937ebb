/** marketdata.app's file, read without the engine. */
import type { RawChain } from './raw-screen.ts'

type Column = (number | null)[] | undefined
interface MarketDataFile {
  optionSymbol: string[]
  bid?: Column
  ask?: Column
  delta?: Column
  iv?: Column
  openInterest?: Column
  underlyingPrice?: Column
}

/** Null when its columns do not fit together: then nobody knows what a row is. */
export function readRawMarketData(file: object): RawChain | null {
  const lengths = new Set(Object.values(file).flatMap((value) => (Array.isArray(value) ? value.length : [])))
  if (lengths.size > 1) return null
  const { optionSymbol, bid, ask, delta, iv, openInterest, underlyingPrice } = file as MarketDataFile
  return {
    spot: underlyingPrice?.[0] ?? null,
    rows: optionSymbol.map((occ, i) => ({
      occ,
      bid: bid?.[i] ?? null,
      ask: ask?.[i] ?? null,
      delta: delta?.[i] ?? null,
      iv: iv?.[i] ?? null,
      openInterest: openInterest?.[i] ?? null,
    })),
  }
}
