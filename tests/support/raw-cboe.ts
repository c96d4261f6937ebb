/** Cboe's file, read without the engine. */
import type { RawChain } from './raw-screen.ts'

interface CboeFile {
  data: {
    current_price: number
    options: { option: string; bid: number; ask: number; delta: number; iv: number; open_interest: number }[]
  }
}

export function readRawCboe(file: unknown): RawChain {
  const { current_price: spot, options } = (file as CboeFile).data
  return {
    spot,
    rows: options.map((row) => ({ ...row, occ: row.option, openInterest: row.open_interest })),
  }
}
