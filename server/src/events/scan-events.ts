/** Delivery of scan events over graphql-subscriptions' engines: in process, or through Redis. */
import type { PubSubEngine } from 'graphql-subscriptions'
import { scanEvent } from '../cache/stored.ts'
import type { Log, ScanEvents } from '../scan/ports.ts'

export function createScanEvents(engine: PubSubEngine, channel: string, log: Log): ScanEvents {
  return {
    async subscribe(listener) {
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
      return async () => {
        try {
          await engine.unsubscribe(id)
        } catch (error) {
          log.warn({ reason: String(error) }, 'The event subscription was already gone.')
        }
      }
    },
  }
}
