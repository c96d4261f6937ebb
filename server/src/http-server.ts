/** The port's side of the app: how long a client may take to say what it wants, and to take what it gets. */
import { createServer, type Server } from 'node:http'
import type { App } from './app.ts'
import type { Env } from './env.ts'

const HEADERS_MS = 15_000
/** How often Node looks for clients that take too long to send. */
const LOOK_MS = 5_000

/** Longer than any answer is worked on, and several times the distance of a stream's pings. */
const SILENCE_MS = 90_000

/** @param silenceMs after which a connection is given up: a reader that has stalled takes no pings */
export function createHttpServer(
  app: Pick<App, 'listener' | 'upgrade'>,
  { REQUEST_TIMEOUT_MS: requestTimeout }: Pick<Env, 'REQUEST_TIMEOUT_MS'>,
  silenceMs = Math.max(SILENCE_MS, 2 * requestTimeout),
): Server {
  const headersTimeout = Math.min(HEADERS_MS, requestTimeout)
  const server = createServer(
    { requestTimeout, headersTimeout, connectionsCheckingInterval: LOOK_MS },
    app.listener,
  )
  server.timeout = silenceMs
  server.on('upgrade', app.upgrade)
  return server
}
