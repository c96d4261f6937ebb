/** The scanner's use cases that change something, each as a span. */
import type { Scanner } from '../scan/scanner.ts'
import { inSpan } from './spans.ts'

export function tracedScanner(scanner: Scanner): Scanner {
  const traced = <T extends { kind: string }>(name: string, work: () => Promise<T>): Promise<T> =>
    inSpan(name, {}, async (span) => {
      const outcome = await work()
      span.setAttribute('wheel.outcome', outcome.kind)
      return outcome
    })
  return {
    ...scanner,
    start: (startedById) => traced('scanner.start', () => scanner.start(startedById)),
    cancel: () => traced('scanner.cancel', () => scanner.cancel()),
  }
}
