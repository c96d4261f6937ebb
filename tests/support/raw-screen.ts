/** A second reading of the rules, contract by contract, that shares not a line with the engine it checks. */

/** What a vendor's file says of a contract; null: nothing. */
export interface RawRow {
  occ: string
  bid: number | null
  ask: number | null
  delta: number | null
  iv: number | null
  openInterest: number | null
}

/** What a vendor's file says, read without the engine. */
export interface RawChain {
  /** Null: the file does not tell. */
  spot: number | null
  rows: RawRow[]
}

export interface RawCriteria {
  letter: 'P' | 'C'
  minReturn: number
  maxDelta: number
  minDays: number
  maxDays: number
  maxSpread: number | null
  minOpenInterest: number
}

/**
 * OCC symbols, sorted, of the contracts that a scan on that day keeps.
 * @param day `YYYY-MM-DD`, in New York
 */
export function rawScreen({ spot, rows }: RawChain, day: string, criteria: RawCriteria): string[] {
  if (spot === null) return []
  const sign = criteria.letter === 'P' ? -1 : 1
  const kept = rows.filter(({ occ, bid, ask, delta, iv, openInterest }) => {
    const [yy, mm, dd] = [occ.slice(-15, -13), occ.slice(-13, -11), occ.slice(-11, -9)]
    const days = (Date.parse(`20${yy}-${mm}-${dd}`) - Date.parse(day)) / 86_400_000
    const strike = parseInt(occ.slice(-8), 10) / 1000
    if (occ.at(-9) !== criteria.letter || /\d/.test(occ.at(-16) ?? '')) return false
    if (days < criteria.minDays || days > criteria.maxDays || (strike - spot) * sign <= 0) return false
    if (!bid || delta === null || delta * sign < 0 || Math.abs(delta) > 1 || (delta === 0 && !iv))
      return false
    if (Math.abs(delta) > criteria.maxDelta) return false
    if ((bid / strike) * (365 / (days || 1)) * 100 < criteria.minReturn) return false
    if (criteria.maxSpread !== null) {
      if (ask === null || ask < bid || (200 * (ask - bid)) / (ask + bid) > criteria.maxSpread) return false
    }
    return (openInterest ?? 0) >= criteria.minOpenInterest
  })
  return kept.map(({ occ }) => occ).sort()
}
