import type { SortingState } from '@tanstack/react-table'
import { useSearchParams } from 'wouter'
import { columnTexts } from './column-texts.ts'

/** Which tickers are open, and how their tables are sorted: in the address, as a person would share it. */
export function useTablesState() {
  const [params, setParams] = useSearchParams()
  const put = (name: string, value: string) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before)
        if (value === '') next.delete(name)
        else next.set(name, value)
        return next
      },
      { replace: true },
    )
  return {
    opened: (params.get('open') ?? '').split(',').filter(Boolean),
    setOpened: (symbols: string[]) => put('open', symbols.join(',')),
    sorting: readSorting(params.get('sort') ?? ''),
    setSorting: (sorting: SortingState) =>
      put('sort', sorting.map(({ id, desc }) => (desc ? `-${id}` : id)).join(',')),
  }
}

/** `delta` is ascending, `-delta` descending; an unknown column sorts nothing. */
function readSorting(text: string): SortingState {
  const desc = text.startsWith('-')
  const id = desc ? text.slice(1) : text
  return Object.hasOwn(columnTexts, id) ? [{ id, desc }] : []
}
