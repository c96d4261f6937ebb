/** The event channel with a stopwatch: how late events are, and how often some may have been lost. */
import type { Clock, ScanEvents } from '../scan/ports.ts'
import type { Metrics } from './metrics.ts'

export function measuredEvents(events: ScanEvents, metrics: Metrics, clock: Clock): ScanEvents {
  return {
    subscribe: (listener, onGap) =>
      events.subscribe(
        (event) => {
          // Clocks of two machines may differ by more than an event takes.
          metrics.eventLag.observe(Math.max(0, clock.now() - Date.parse(event.at)) / 1000)
          listener(event)
        },
        onGap === undefined
          ? undefined
          : () => {
              metrics.eventGaps.inc()
              onGap()
            },
      ),
  }
}
