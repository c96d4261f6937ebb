/** Shared execution of GraphQL subscriptions: see README.md. */
export { createFanOut, type FanOut, type FanOutOptions, type Subscription } from './fan-out.ts'
export { positioned, type Position } from './position.ts'
export {
  followOverSocket,
  sharedSubscriptions,
  SocketSubscriber,
  TOO_SLOW,
  type Lifetime,
  type Socket,
} from './web-socket.ts'
export { createEventStreams, eventStreamHeaders, type EventStreams } from './server-sent-events.ts'
export { useFanOut } from './envelop-plugin.ts'
