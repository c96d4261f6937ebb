import type { ExecutionResult } from '@urql/core'
import { createClient, type SubscribePayload } from 'graphql-ws/client'
import { useSyncExternalStore } from 'react'
import { goToSignIn } from './auth/sign-in-redirect.ts'
import { isUnknownHash } from './persisted.ts'

export type Connection = 'connecting' | 'live' | 'reconnecting' | 'offline'

const unauthorized = 4401
const attemptsBeforeOffline = 3

let connection: Connection = 'connecting'
let failures = 0
let subscriptions = 0
let open = false
const listeners = new Set<() => void>()

function setConnection(next: Connection) {
  if (next === connection) return
  connection = next
  for (const listener of listeners) listener()
}

function lost() {
  failures += 1
  setConnection(!navigator.onLine || failures > attemptsBeforeOffline ? 'offline' : 'reconnecting')
}

/** Waits longer after each failure (0.5 s to 10 s, scattered), but no longer than the network is away. */
function retryWait(retries: number): Promise<void> {
  const ms = Math.min(10_000, 500 * 2 ** retries) * (0.75 + Math.random() / 2)
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      removeEventListener('online', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    addEventListener('online', done)
  })
}

let pongTimer: ReturnType<typeof setTimeout> | undefined

const socket = createClient({
  url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait,
  connectionAckWaitTimeout: 10_000,
  keepAlive: 10_000,
  on: {
    connected: () => {
      open = true
      failures = 0
      setConnection('live')
    },
    closed: (event) => {
      open = false
      clearTimeout(pongTimer)
      if (event instanceof CloseEvent && event.code === unauthorized) goToSignIn()
      else if (subscriptions > 0) lost()
    },
    // A socket that no longer answers looks open for minutes: close it and connect again.
    ping: (received) => {
      if (!received) pongTimer = setTimeout(() => socket.terminate(), 5_000)
    },
    pong: (received) => {
      if (received) clearTimeout(pongTimer)
    },
  },
})

addEventListener('offline', () => setConnection('offline'))
// A socket from before may or may not have survived: a new one knows, and starts with the current state.
addEventListener('online', () => open && socket.terminate())

interface Sink {
  next(result: ExecutionResult): void
}

/**
 * Subscribes again, forever, also when the server ends the stream or refuses it; answers the way to stop.
 * @param hash of the document, sent in its place as long as the server knows it; null: the document is sent
 */
export function keepSubscribed(whole: SubscribePayload, hash: string | null, sink: Sink): () => void {
  subscriptions += 1
  let stopped = false
  let refusals = 0
  let leave = () => {}
  let known = hash
  const payload = (): SubscribePayload =>
    known === null
      ? whole
      : { ...whole, query: '', extensions: { persistedQuery: { version: 1, sha256Hash: known } } }
  const again = (problem?: unknown) => {
    if (stopped) return
    if (isUnknownHash(problem)) {
      known = null
      return subscribe()
    }
    lost()
    void retryWait(refusals++).then(subscribe)
  }
  function subscribe() {
    if (stopped) return
    leave = socket.subscribe(payload(), {
      next: (result) => {
        refusals = 0
        failures = 0
        setConnection('live')
        sink.next(result as ExecutionResult)
      },
      error: again,
      complete: () => again(),
    })
  }
  subscribe()
  return () => {
    stopped = true
    subscriptions -= 1
    leave()
    if (subscriptions === 0) setConnection('connecting')
  }
}

/** Whether news can arrive at this moment. */
export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => connection,
  )
}
