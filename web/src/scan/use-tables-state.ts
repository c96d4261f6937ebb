import type { SortingState } from '@tanstack/react-table'
import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'wouter'
import { columnTexts } from './column-texts.ts'

/** Which tickers are open, and how their tables are sorted: in the address, as a person would share it. */
export function useTablesState() {
  const [params, setParams] = useSearchParams()
  const open = params.get('open') ?? ''
  const sort = params.get('sort') ?? ''

  const toggle = useCallback(
    (symbol: string) =>
      setParams(
        (before) => {
          const opened = new Set(readSymbols(before.get('open') ?? ''))
          if (!opened.delete(symbol)) opened.add(symbol)
          return withParam(before, 'open', [...opened].join(','))
        },
        { replace: true },
      ),
    [setParams],
  )
  const setSorting = useCallback(
    (sorting: SortingState) =>
      setParams(
        (before) =>
          withParam(before, 'sort', sorting.map(({ id, desc }) => (desc ? `-${id}` : id)).join(',')),
        { replace: true },
      ),
    [setParams],
  )
  return {
    opened: useMemo(() => new Set(readSymbols(open)), [open]),
    toggle,
    sorting: useMemo(() => readSorting(sort), [sort]),
    setSorting,
  }
}

const readSymbols = (text: string) => text.split(',').filter(Boolean)

function withParam(params: URLSearchParams, name: string, value: string): URLSearchParams {
  const next = new URLSearchParams(params)
  if (value === '') next.delete(name)
  else next.set(name, value)
  return next
}

/** `delta` is ascending, `-delta` descending; an unknown column sorts nothing. */
function readSorting(text: string): SortingState {
  const desc = text.startsWith('-')
  const id = desc ? text.slice(1) : text
  return Object.hasOwn(columnTexts, id) ? [{ id, desc }] : []
}
