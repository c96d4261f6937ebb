/** What the servers of invented vendors have in common: they answer, remember what they were asked, and can be spoilt. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface VendorRequestSeen {
  path: string
  query: Record<string, string>
  headers: IncomingHttpHeaders
}

export interface VendorAnswer {
  status: number
  /** Bytes and text are sent as they are, anything else as JSON. */
  body: unknown
  headers?: Record<string, string>
}

export interface VendorServer {
  /** The origin, for `baseUrl`. */
  readonly baseUrl: string
  /** Every request so far, refused ones too. */
  readonly seen: VendorRequestSeen[]
  /** Answers the next requests like this, one each, whatever they ask. */
  next(...answers: VendorAnswer[]): void
  /** Drops what was arranged and not asked for. */
  behave(): void
  close(): Promise<void>
}

/** @param answer what the vendor says to a request when nothing else was arranged */
export async function startVendorServer(
  answer: (request: VendorRequestSeen) => VendorAnswer,
): Promise<VendorServer> {
  const seen: VendorRequestSeen[] = []
  const arranged: VendorAnswer[] = []

  const server = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://vendor')
    const query = Object.fromEntries(url.searchParams)
    const request = { path: url.pathname, query, headers: incoming.headers }
    seen.push(request)
    const { status, body, headers } = arranged.shift() ?? answer(request)
    const isRaw = typeof body === 'string' || Buffer.isBuffer(body)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(isRaw ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    next: (...answers) => void arranged.push(...answers),
    behave: () => void arranged.splice(0),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
