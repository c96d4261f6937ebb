import { useEffect, useState } from 'react'
import { client } from '../client.ts'
import { graphql } from '../gql/gql.ts'

/** By itself, because the time changes all the time: the results without it are answered from what is ready. */
const marketClockQuery = graphql(`
  query MarketClock {
    scanResults {
      market {
        now
      }
    }
  }
`)

/** So that the way of the answer does not make another offset each time. */
const stepMs = 1_000

/**
 * Milliseconds to add to this computer's clock to get the market's, which may be frozen; 0 until that is known, which
 * nothing waits for.
 * @param moment asked again when it is another one; null: not yet
 */
export function useMarketClockOffsetMs(moment: string | null): number {
  const [offsetMs, setOffsetMs] = useState(0)
  useEffect(() => {
    if (moment === null) return undefined
    let wanted = true
    const ask = async () => {
      const { data } = await client.query(marketClockQuery, {}).toPromise()
      if (!data || !wanted) return
      const exactMs = Date.parse(data.scanResults.market.now) - Date.now()
      setOffsetMs(Math.round(exactMs / stepMs) * stepMs)
    }
    void ask()
    return () => void (wanted = false)
  }, [moment])
  return offsetMs
}
