/** A second reading of the rules, from Cboe's raw rows, that shares not a line with the engine it checks. */

interface RawCboePayload {
  data: {
    current_price: number
    options: { option: string; bid: number | null; delta: number | null; iv: number | null }[]
  }
}

export interface RawCriteria {
  minAnnualizedReturn?: number
  maxAbsDelta?: number
  minDays?: number
  maxDays?: number
}

/** OCC symbols, sorted, of the puts that a scan on `marketDate` (`YYYY-MM-DD`, New York) keeps. */
export function rawCboeScreen(payload: unknown, marketDate: string, criteria: RawCriteria = {}): string[] {
  const { minAnnualizedReturn = 30, maxAbsDelta = 0.2, minDays = 1, maxDays = 28 } = criteria
  const { current_price: spot, options } = (payload as RawCboePayload).data
  const kept = options.filter(({ option, bid, delta, iv }) => {
    const root = option.slice(0, -15)
    const [yy, mm, dd] = [option.slice(-15, -13), option.slice(-13, -11), option.slice(-11, -9)]
    const strike = parseInt(option.slice(-8), 10) / 1000
    const days = (Date.parse(`20${yy}-${mm}-${dd}`) - Date.parse(marketDate)) / 86_400_000
    if (option.at(-9) !== 'P' || /\d$/.test(root)) return false
    if (days < minDays || days > maxDays || strike >= spot) return false
    if (bid === null || bid <= 0 || delta === null || Math.abs(delta) > 1) return false
    if (delta === 0 && iv === 0) return false
    return delta <= 0 && delta >= -maxAbsDelta && (bid / strike) * (365 / days) * 100 >= minAnnualizedReturn
  })
  return kept.map((row) => row.option).sort()
}
