/** Tradier's file, read without the engine. The stock's price is in another answer. */
import type { RawChain } from './raw-screen.ts'

interface TradierFile {
  options: {
    option: {
      symbol: string
      bid: number
      ask: number
      open_interest: number
      greeks: { delta: number; mid_iv: number; smv_vol: number } | null
    }[]
  }
}

export function readRawTradier(file: unknown, spot: number): RawChain {
  const rows = (file as TradierFile).options.option.map(({ symbol, bid, ask, greeks, open_interest }) => ({
    occ: symbol,
    bid,
    ask,
    delta: greeks === null ? null : greeks.delta,
    iv: greeks === null ? null : greeks.mid_iv || greeks.smv_vol,
    openInterest: open_interest,
  }))
  return { spot, rows }
}
