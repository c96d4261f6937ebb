import { useCallback, useMemo, useState } from 'react'
import { useSearchParams } from 'wouter'
import { readFilter, writeFilter } from './filter-address.ts'
import type { Filter } from './filter.ts'

/** The filter of the address bar; typing rewrites the address, not the history. */
export function useFilter(): [Filter, (filter: Filter) => void] {
  const [params, setParams] = useSearchParams()
  const written = useMemo(() => readFilter(params), [params])
  // The address has no room for a blank at the end, which a person types before the next word.
  const [typed, setTyped] = useState(written.text)
  const filter = useMemo(
    () => (typed.trim() === written.text ? { ...written, text: typed } : written),
    [typed, written],
  )
  const setFilter = useCallback(
    (next: Filter) => {
      setTyped(next.text)
      setParams((before) => writeFilter(before, next), { replace: true })
    },
    [setParams],
  )
  return [filter, setFilter]
}
