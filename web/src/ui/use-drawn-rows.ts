import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from 'react'
import { flushSync } from 'react-dom'
import { drawnRows, rowStarts, type DrawnRows } from './drawn-rows.ts'
import { usePrinting } from './use-printing.ts'

/** So few are all drawn: they cost little, and then the browser's own search finds each of them. */
const fewRows = 60
/** Pixels drawn beyond what is seen, in each direction: a turn of the wheel does not outrun the drawing. */
const beyond = 480
/** Pixels to scroll before the drawn rows are looked at again. */
const step = 160

export interface DrawnRowsOptions {
  keys: readonly string[]
  /** Rows of one kind are taken to be as high as the first of them that was drawn. */
  kindOf: (key: string) => string
  /** Until one of that kind was drawn. */
  guessOf: (kind: string) => number
  /** What has the rows, each with `data-row={key}` and `ref={measure}`, and the gaps in it. */
  box: RefObject<HTMLElement | null>
  /** What scrolls; none: the window. */
  scroller?: RefObject<HTMLElement | null>
}

/**
 * Draws only those of many rows that are near to what is seen. They stay in the flow of the page, with gaps for the
 * others, so that the browser keeps in place what a person looks at while rows arrive above it.
 */
export function useDrawnRows({ keys, kindOf, guessOf, box, scroller }: DrawnRowsOptions): DrawnRows & {
  /** The `ref` of each row. */
  measure: (row: HTMLElement | null) => (() => void) | undefined
  /** Scrolls to a row and draws it, at once. */
  show: (index: number) => void
} {
  const [heights, setHeights] = useState(noHeights)
  const [view, setView] = useState({ top: 0, height: innerHeight })
  const [focused, setFocused] = useState<string | null>(null)
  const all = usePrinting() || keys.length <= fewRows

  const look = useCallback(() => {
    if (box.current === null) return
    const top =
      (scroller?.current?.getBoundingClientRect().top ?? 0) - box.current.getBoundingClientRect().top
    const next = {
      top: Math.floor(top / step) * step,
      height: scroller?.current?.clientHeight ?? innerHeight,
    }
    setView((view) => (view.top === next.top && view.height === next.height ? view : next))
  }, [box, scroller])

  const observer = useRef<ResizeObserver | null>(null)
  const measure = useCallback((row: HTMLElement | null) => {
    if (row === null) return undefined
    observer.current ??= new ResizeObserver((entries) => setHeights((known) => withHeights(known, entries)))
    observer.current.observe(row)
    return () => observer.current?.unobserve(row)
  }, [])

  useEffect(() => {
    const outer = scroller?.current ?? window
    // Whatever grows or shrinks above the rows moves them without scrolling. It also looks when it begins.
    const moved = new ResizeObserver(look)
    moved.observe(document.body)
    if (scroller?.current) moved.observe(scroller.current)
    outer.addEventListener('scroll', look, { passive: true })
    addEventListener('resize', look)
    return () => {
      moved.disconnect()
      outer.removeEventListener('scroll', look)
      removeEventListener('resize', look)
    }
  }, [look, scroller])

  useEffect(() => {
    const rows = box.current
    const rowOf = (target: EventTarget | null) =>
      (target instanceof Element && target.closest<HTMLElement>('[data-row]')?.dataset['row']) || null
    const onFocus = (event: FocusEvent) => setFocused(rowOf(event.target))
    const onBlur = (event: FocusEvent) => setFocused(rowOf(event.relatedTarget))
    rows?.addEventListener('focusin', onFocus)
    rows?.addEventListener('focusout', onBlur)
    return () => {
      rows?.removeEventListener('focusin', onFocus)
      rows?.removeEventListener('focusout', onBlur)
    }
  }, [box])

  const starts = useMemo(
    () =>
      rowStarts(keys.length, (index) => {
        const key = keys[index] ?? ''
        const kind = kindOf(key)
        return heights.of.get(key) ?? heights.typical.get(kind) ?? guessOf(kind)
      }),
    [keys, heights, kindOf, guessOf],
  )
  const from = all ? -Infinity : view.top - beyond
  const to = all ? Infinity : view.top + view.height + step + beyond
  const kept = focused === null || all ? -1 : keys.indexOf(focused)
  return {
    ...useMemo(() => drawnRows(starts, from, to, kept), [starts, from, to, kept]),
    measure,
    show(index) {
      if (box.current === null) return
      const outer = scroller?.current ?? null
      const top = box.current.getBoundingClientRect().top - (outer?.getBoundingClientRect().top ?? 0)
      const height = outer?.clientHeight ?? innerHeight
      ;(outer ?? window).scrollBy({ top: top + (starts[index] ?? 0) - height / 2, behavior: 'instant' })
      flushSync(look)
    },
  }
}

interface Heights {
  /** Of the rows, at this width. */
  width: number
  of: ReadonlyMap<string, number>
  /** By kind: of the first that was drawn. */
  typical: ReadonlyMap<string, number>
}

const noHeights: Heights = { width: 0, of: new Map(), typical: new Map() }

/** The same when nothing is new, so that nothing is drawn again. */
function withHeights(known: Heights, entries: ResizeObserverEntry[]): Heights {
  const news = entries.flatMap(({ target, borderBoxSize: [size] }) => {
    const { row, kind } = (target as HTMLElement).dataset
    return row === undefined || size === undefined || !target.isConnected
      ? []
      : [{ row, kind: kind ?? '', size }]
  })
  const width = news[0]?.size.inlineSize ?? known.width
  const before = width === known.width ? known : noHeights
  const fresh = news.filter(({ row, size }) => before.of.get(row) !== size.blockSize)
  if (fresh.length === 0) return known
  const of = new Map(before.of)
  const typical = new Map(before.typical)
  for (const { row, kind, size } of fresh) {
    of.set(row, size.blockSize)
    if (!typical.has(kind)) typical.set(kind, size.blockSize)
  }
  return { width, of, typical }
}
