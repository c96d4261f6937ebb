import type { SortingState } from '@tanstack/react-table'
import { useMemo } from 'react'
import { setAddressParam, useAddressParam } from '../ui/address.ts'
import { columnTexts } from './column-texts.ts'

/** Which tickers are open, and how their tables are sorted: in the address, as a person would share it. */
export function useTablesState() {
  const open = useAddressParam('open')
  const sort = useAddressParam('sort')
  return {
    opened: useMemo(() => new Set(readSymbols(open)), [open]),
    sorting: useMemo(() => readSorting(sort), [sort]),
  }
}

export function toggleTicker(symbol: string) {
  setAddressParam('open', (before) => {
    const opened = new Set(readSymbols(before))
    if (!opened.delete(symbol)) opened.add(symbol)
    return [...opened].join(',')
  })
}

export function setSorting(sorting: SortingState) {
  setAddressParam('sort', () => sorting.map(({ id, desc }) => (desc ? `-${id}` : id)).join(','))
}

const readSymbols = (text: string) => text.split(',').filter(Boolean)

/** `delta` is ascending, `-delta` descending; an unknown column sorts nothing. */
function readSorting(text: string): SortingState {
  const desc = text.startsWith('-')
  const id = desc ? text.slice(1) : text
  return Object.hasOwn(columnTexts, id) ? [{ id, desc }] : []
}
