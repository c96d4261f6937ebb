/** A server on this machine that answers like Cboe, and misbehaves like Cboe when told to. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

export type Misbehaviour =
  | { kind: 'status'; status: number; headers?: Record<string, string>; body?: string }
  /** A bot check, with status 200. */
  | { kind: 'html' }
  /** Complete as HTTP, cut as JSON. */
  | { kind: 'truncated' }
  | { kind: 'empty' }
  /** Takes the request and never answers. */
  | { kind: 'hang' }
  /** Sends half of the body, then nothing more. */
  | { kind: 'stall' }
  | { kind: 'reset' }
  /** Sends half of the promised body, then cuts the connection. */
  | { kind: 'cut' }
  /** Answers well, but late. */
  | { kind: 'slow'; delayMs: number }

export interface CboeServer {
  /** The origin, for `baseUrl` or `CBOE_BASE_URL`. */
  readonly baseUrl: string
  /** Answers for a symbol with a payload, or with bytes as they are. */
  serve(symbol: string, chain: unknown): void
  /** For the next `times` requests for the symbol (`*`: for any), default all to come. */
  misbehave(symbol: string, how: Misbehaviour, times?: number): void
  /** Ends all misbehaviour. */
  behave(): void
  /** Requests so far for a symbol, or in all. */
  requests(symbol?: string): number
  /** The most requests that were open at one time. */
  maxConcurrent(): number
  close(): Promise<void>
}

const accessDenied =
  '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'

export async function startCboeServer(chains: Record<string, unknown> = {}): Promise<CboeServer> {
  const served = new Map<string, Buffer>()
  const misdeeds = new Map<string, { how: Misbehaviour; left: number }>()
  const counts = new Map<string, number>()
  const closing = new AbortController()
  let open = 0
  let mostOpen = 0

  const serve = (symbol: string, chain: unknown): void => {
    served.set(symbol, Buffer.isBuffer(chain) ? chain : Buffer.from(JSON.stringify(chain)))
  }
  for (const [symbol, chain] of Object.entries(chains)) serve(symbol, chain)

  function misdeedFor(symbol: string): Misbehaviour | null {
    const misdeed = [misdeeds.get(symbol), misdeeds.get('*')].find((entry) => entry && entry.left > 0)
    if (!misdeed) return null
    misdeed.left -= 1
    return misdeed.how
  }

  async function answer(symbol: string | null, response: ServerResponse): Promise<void> {
    const chain = symbol === null ? undefined : served.get(symbol)
    const how = symbol === null ? null : misdeedFor(symbol)
    const json = { 'content-type': 'application/json' }
    const half = (chain ?? Buffer.from('{"data":{"options":[{"option":"X"}]}}')).subarray(
      0,
      (chain?.length ?? 36) / 2,
    )
    switch (how?.kind) {
      case 'status':
        response
          .writeHead(how.status, { 'content-type': 'text/html', ...how.headers })
          .end(how.body ?? '<html></html>')
        return
      case 'html':
        response
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<!doctype html><title>One moment</title>')
        return
      case 'truncated':
        response.writeHead(200, json).end(half)
        return
      case 'empty':
        response.writeHead(200, json).end()
        return
      case 'hang':
        return
      case 'stall':
        response.writeHead(200, json).write(half)
        return
      case 'reset':
        response.socket?.resetAndDestroy()
        return
      case 'cut':
        response.writeHead(200, { ...json, 'content-length': half.length * 2 })
        response.write(half, () => response.socket?.destroy())
        return
      case 'slow':
        await pause(how.delayMs, undefined, { signal: closing.signal }).catch(() => undefined)
        break
      case undefined:
    }
    if (chain) response.writeHead(200, json).end(chain)
    else response.writeHead(403, { 'content-type': 'application/xml' }).end(accessDenied)
  }

  const server = createServer((request, response) => {
    const path = /^\/api\/global\/delayed_quotes\/options\/([^/]+)\.json$/.exec(request.url ?? '')
    const symbol = path?.[1] === undefined ? null : decodeURIComponent(path[1])
    if (symbol !== null) counts.set(symbol, (counts.get(symbol) ?? 0) + 1)
    open += 1
    mostOpen = Math.max(mostOpen, open)
    response.on('close', () => (open -= 1))
    void answer(symbol, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve,
    misbehave: (symbol, how, times = Infinity) => void misdeeds.set(symbol, { how, left: times }),
    behave: () => misdeeds.clear(),
    requests: (symbol) =>
      symbol === undefined ? [...counts.values()].reduce((sum, n) => sum + n, 0) : (counts.get(symbol) ?? 0),
    maxConcurrent: () => mostOpen,
    async close() {
      closing.abort()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
