/** How every vendor is asked: patiently, politely, and never for longer than the caller wants to know. */
import { setTimeout as pause } from 'node:timers/promises'
import { MarketDataError, type MarketDataFault } from '../scan/errors.ts'
import { newYorkDateTime } from '../scan/new-york.ts'
import { parseJson, readText } from './http-body.ts'

export interface VendorHttpOptions {
  /** As messages name it, e.g. `Cboe`. */
  vendor: string
  clock: { now(): number }
  /** Sent with every request: user agent, credentials. Never repeated in a message. */
  headers?: Record<string, string>
  /** For one attempt, from the first byte sent to the last one read. Default 10 000. */
  timeoutMs?: number
  /** How often a request is tried in all, at least 1. Default 3. */
  attempts?: number
  /** The first pause between attempts; each further one is twice as long. Default 500. */
  backoffMs?: number
  /** The longest pause. A vendor that asks for more patience is not asked again until then. Default 15 000. */
  maxPauseMs?: number
  /** Of an answer, unpacked. Default 32 MB: the largest chain there is, that of SPX, has 12. */
  maxBodyBytes?: number
  /** From 0 to 1: spreads the pauses, so that requests that failed together do not return together. */
  random?: () => number
  /** Rejects, with anything, when the signal is aborted. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>
  /** Awaited before each attempt: a place to wait for one's turn, or to refuse by throwing. */
  admit?: (signal: AbortSignal) => Promise<void>
  /** Sees the headers of every answer, whatever its status. */
  onHeaders?: (headers: Headers) => void
}

export interface VendorRequest {
  signal: AbortSignal
  /** What a status other than 2xx, 429 and 5xx means at this vendor; undefined: nothing special. */
  onStatus?: (status: number) => MarketDataError | undefined
  /** What a 429 means for which waiting a little will not help; undefined: ask again after a pause. */
  onLimit?: (body: string, headers: Headers) => MarketDataError | undefined
  /** Statuses, besides 2xx, whose JSON is an answer (a vendor's 404 for "none", say). */
  answers?: readonly number[]
}

export interface VendorHttp {
  /**
   * The parsed JSON of one GET. Only 429, 5xx, time-outs and network errors are tried again.
   * @throws MarketDataError with a sentence for a person
   * @throws the signal's reason, once it is aborted
   */
  fetchJson(url: URL, request: VendorRequest): Promise<unknown>
  /** A sentence while the vendor has asked all of us to wait, else null. */
  unavailable(): string | null
}

type Attempt = { body: string } | { error: MarketDataError; again: boolean }

/** Nobody is believed who asks us to wait for longer than an hour. */
const longestRetryAfterMs = 3_600_000
const redirects: readonly number[] = [301, 302, 303, 307, 308]
const maxRedirects = 3
/** Of a refusal. What explains one is short; the rest is not read. */
const maxRefusalBytes = 16 * 1024

export function createVendorHttp(options: VendorHttpOptions): VendorHttp {
  const { vendor, clock, headers = {} } = options
  const { timeoutMs = 10_000, attempts = 3, backoffMs = 500, maxPauseMs = 15_000 } = options
  const { maxBodyBytes = 32 * 1024 * 1024, random = Math.random } = options
  const { sleep = (ms: number, signal: AbortSignal) => pause(ms, undefined, { signal }) } = options
  const { admit, onHeaders } = options
  /** Shared by all requests: who is told to wait, waits for everybody. */
  let waitUntil = 0

  const fault = (kind: MarketDataFault, message: string, cause?: unknown) =>
    new MarketDataError(kind, message, { cause })

  function unavailable(): string | null {
    if (waitUntil <= clock.now()) return null
    const time = newYorkDateTime(Math.ceil(waitUntil / 1000) * 1000).slice('YYYY-MM-DD '.length)
    return `${vendor} asked us to wait until ${time} (New York).`
  }

  function heedRetryAfter(response: Response): void {
    const waitMs = retryAfterMs(response.headers.get('retry-after'), clock.now())
    waitUntil = Math.max(waitUntil, clock.now() + Math.min(waitMs, longestRetryAfterMs))
  }

  async function waitForTurn(attempt: number, signal: AbortSignal): Promise<void> {
    const askedMs = Math.max(0, waitUntil - clock.now())
    if (askedMs > maxPauseMs) throw new MarketDataError('RATE_LIMITED', unavailable() ?? '')
    const backoff = attempt === 1 ? 0 : Math.min(maxPauseMs, backoffMs * 2 ** (attempt - 2))
    const pauseMs = askedMs + backoff * (0.5 + random() / 2)
    if (pauseMs > 0) await sleep(pauseMs, signal).catch(() => undefined)
    signal.throwIfAborted()
  }

  async function follow(url: URL, signal: AbortSignal): Promise<Response> {
    let from = url
    for (let hops = 0; ; hops += 1) {
      const response = await fetch(from, { headers, signal, redirect: 'manual' })
      const target = redirects.includes(response.status) ? response.headers.get('location') : null
      if (target === null) return response
      await response.body?.cancel()
      // Another origin must not get our credentials, nor its answer pass for the vendor's.
      if (
        hops === maxRedirects ||
        !URL.canParse(target, from.href) ||
        new URL(target, from).origin !== url.origin
      ) {
        throw fault('BAD_RESPONSE', `${vendor} sent us on to another address, where we do not follow.`)
      }
      from = new URL(target, from)
    }
  }

  async function judge(response: Response, request: VendorRequest): Promise<Attempt> {
    const { status } = response
    if (response.ok || request.answers?.includes(status)) {
      return { body: await readText(vendor, response, maxBodyBytes) }
    }
    if (status === 429 || status >= 500) heedRetryAfter(response)
    if (status === 429 && request.onLimit) {
      // Nobody knows why, if the reason is too long or breaks off: then it is the usual one.
      const body = await readText(vendor, response, maxRefusalBytes).catch(() => '')
      const error = request.onLimit(body, response.headers)
      if (error) return { error, again: false }
    } else {
      await response.body?.cancel()
    }
    if (status === 429) {
      return {
        error: fault('RATE_LIMITED', `${vendor} is limiting requests; try again in a few minutes.`),
        again: true,
      }
    }
    if (status >= 500) {
      return {
        error: fault('UNAVAILABLE', `${vendor} is having trouble right now (HTTP ${status}).`),
        again: true,
      }
    }
    const error =
      request.onStatus?.(status) ?? fault('UNAVAILABLE', `${vendor} refused the request (HTTP ${status}).`)
    return { error, again: false }
  }

  async function tryOnce(url: URL, request: VendorRequest): Promise<Attempt> {
    const attempt = new AbortController()
    const stop = () => attempt.abort()
    const timer = setTimeout(stop, timeoutMs)
    request.signal.addEventListener('abort', stop, { once: true })
    let answering = false
    try {
      const response = await follow(url, attempt.signal)
      answering = true
      onHeaders?.(response.headers)
      return await judge(response, request)
    } catch (error) {
      request.signal.throwIfAborted()
      if (error instanceof MarketDataError) return { error, again: false }
      if (attempt.signal.aborted) {
        const sentence = `${vendor} did not answer within ${timeoutMs / 1000} seconds.`
        return { error: fault('TIMED_OUT', sentence, error), again: true }
      }
      const sentence = answering
        ? `${vendor}'s answer broke off in the middle.`
        : `${vendor} cannot be reached.`
      return { error: fault('UNAVAILABLE', sentence, error), again: true }
    } finally {
      clearTimeout(timer)
      request.signal.removeEventListener('abort', stop)
    }
  }

  return {
    unavailable,
    async fetchJson(url, request) {
      for (let attempt = 1; ; attempt += 1) {
        request.signal.throwIfAborted()
        await waitForTurn(attempt, request.signal)
        await admit?.(request.signal)
        request.signal.throwIfAborted()
        const outcome = await tryOnce(url, request)
        if ('body' in outcome) return parseJson(vendor, outcome.body)
        if (!outcome.again || attempt >= attempts) throw outcome.error
      }
    },
  }
}

/** `Retry-After` is a number of seconds or a date; anything else counts as not said. */
function retryAfterMs(header: string | null, now: number): number {
  if (header === null) return 0
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isFinite(ms) ? Math.max(0, ms) : 0
}
