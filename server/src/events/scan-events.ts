/** Delivery of scan events over graphql-subscriptions' engines: in process, or through Redis. */
import type { PubSubEngine } from 'graphql-subscriptions'
import { scanEvent } from '../cache/stored.ts'
import type { Log, ScanEvents } from '../scan/ports.ts'

/** @param onGaps calls its listener when messages may have been lost, until its answer is called; never, in process */
export function createScanEvents(
  engine: PubSubEngine,
  channel: string,
  log: Log,
  onGaps: (listener: () => void) => () => void = () => () => {},
): ScanEvents {
  return {
    async subscribe(listener, onGap) {
      const id = await engine.subscribe(
        channel,
        (message: unknown) => {
          const event = scanEvent.safeParse(message)
          if (event.success) listener(event.data)
          // Skipping it leaves a gap in the sequence, and a gap brings a snapshot.
          else log.warn({ channel }, 'Ignored a message that is no scan event.')
        },
        {},
      )
      const endGaps = onGap === undefined ? () => {} : onGaps(onGap)
      return async () => {
        endGaps()
        try {
          await engine.unsubscribe(id)
        } catch (error) {
          log.warn({ reason: String(error) }, 'The event subscription was already gone.')
        }
      }
    },
  }
}
