/** What the page's own thread is busy with, as Chromium counts it: in processor time, which a loaded machine does not stretch. */
import type { Browser, Page } from 'playwright-core'

export interface Task {
  /** Milliseconds of processor time. */
  cpuMs: number
  /** Milliseconds on the clock. */
  wallMs: number
  /** Milliseconds from the first task. */
  at: number
  /** What it handled, such as `keypress`. */
  events: string[]
}

interface TraceEvent {
  name: string
  ph: string
  pid: number
  tid: number
  /** Microseconds. */
  ts: number
  dur?: number
  tdur?: number
  args?: { data?: { type?: string; url?: string } }
}

/** The tasks of the page's main thread while `act` goes on, in order. */
export async function mainThreadTasks(
  browser: Browser,
  page: Page,
  act: () => Promise<void>,
): Promise<Task[]> {
  await browser.startTracing(page, {
    categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'],
  })
  await act()
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[]
  }
  const home = await page.evaluate(() => location.origin)
  const own = traceEvents.find(
    ({ name, args }) => name === 'FunctionCall' && args?.data?.url?.startsWith(home) === true,
  )
  if (own === undefined) throw new Error('The trace has nothing of the page.')
  const ours = traceEvents.filter(({ ph, pid, tid }) => ph === 'X' && pid === own.pid && tid === own.tid)
  const handled = ours.filter(({ name }) => name === 'EventDispatch')
  const tasks = ours.filter(({ name }) => name === 'RunTask').toSorted((a, b) => a.ts - b.ts)
  const began = tasks[0]?.ts ?? 0
  return tasks.map(({ ts, dur = 0, tdur = 0 }) => ({
    cpuMs: tdur / 1_000,
    wallMs: dur / 1_000,
    at: (ts - began) / 1_000,
    events: handled
      .filter((one) => one.ts >= ts && one.ts < ts + dur)
      .map(({ args }) => args?.data?.type ?? ''),
  }))
}
