/**
 * A vendor that forgives nothing: it counts requests in every sliding second, requests under way, and the credits of
 * its day, answers 429 to what is too much, and remembers it. Its answers are marketdata.app's.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { vendorDay } from '../../server/src/market/vendor-day.ts'
import { marketDataBody, marketDataRow } from './marketdata-server.ts'
import { pause } from './until.ts'

export interface StrictRules {
  /** Requests in any 1000 ms. */
  perSecond?: number
  /** Requests under way at once. */
  concurrent?: number
  /** Like marketdata.app, it answers while anything is left, so that the last answer may cost more than that. */
  creditsPerDay?: number
  creditsPerRequest?: number
  /** How long an answer takes: evenly spread between the two. Half of it passes before the request is counted. */
  latencyMs?: [number, number]
}

export interface StrictVendor {
  readonly baseUrl: string
  /** Symbols, in the order in which they arrived. */
  readonly seen: string[]
  /** What was asked against the rules. */
  readonly violations: string[]
  /** Most requests in any 1000 ms so far. */
  busiest(): number
  spent(): number
  close(): Promise<void>
}

export async function startStrictVendor(rules: StrictRules): Promise<StrictVendor> {
  const { perSecond = Infinity, concurrent = Infinity, creditsPerDay = Infinity } = rules
  const { creditsPerRequest = 1, latencyMs = [0, 100] } = rules
  const seen: string[] = []
  const violations: string[] = []
  let recent: number[] = []
  let busiest = 0
  let underWay = 0
  let spent = 0

  function count(symbol: string): number {
    const now = performance.now()
    recent = [...recent.filter((time) => time > now - 1_000), now]
    busiest = Math.max(busiest, recent.length)
    seen.push(symbol)
    const broken = [
      recent.length > perSecond && `${recent.length} requests in a second`,
      underWay > concurrent && `${underWay} requests at once`,
      spent >= creditsPerDay && `a request without credits`,
    ].filter((rule) => rule !== false)
    violations.push(...broken)
    if (broken.length > 0) return 429
    spent += creditsPerRequest
    return 200
  }

  function bodyFor(symbol: string): unknown {
    const strikes = Array.from({ length: creditsPerRequest }, (_, index) => 90 - index)
    const name = (strike: number) => `${symbol}250620P${String(strike * 1000).padStart(8, '0')}`
    return marketDataBody(strikes.map((strike) => marketDataRow(name(strike), { underlying: symbol })))
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const symbol = /\/([A-Z.]+)\/(\?|$)/.exec(request.url ?? '')?.[1] ?? ''
    const [least, most] = latencyMs
    const wait = (share: number) => pause((least + Math.random() * (most - least)) * share)
    underWay += 1
    response.on('close', () => (underWay -= 1))
    await wait(0.5)
    const status = count(symbol)
    await wait(0.5)
    const headers = {
      'content-type': 'application/json',
      ...(creditsPerDay < Infinity && {
        'x-api-ratelimit-limit': String(creditsPerDay),
        'x-api-ratelimit-remaining': String(creditsPerDay - spent),
        'x-api-ratelimit-reset': String(vendorDay(Date.now(), '09:30').endsAt / 1000),
        'x-api-ratelimit-consumed': String(status === 200 ? creditsPerRequest : 0),
      }),
    }
    const body = status === 200 ? bodyFor(symbol) : { s: 'error', errmsg: 'Too many requests.' }
    response.writeHead(status, headers).end(JSON.stringify(body))
  }

  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    violations,
    busiest: () => busiest,
    spent: () => spent,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
