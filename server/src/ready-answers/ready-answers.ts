/**
 * In front of everything else, at the `node:http` request: a query that was answered before, for the same rights and
 * the same version of the data, is answered from bytes. No parsing, no validation, no execution, nothing read but the
 * version. Whatever is not such a query goes the long way, untouched.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer, Answers, Encoding, Made, Ticket } from './answers.ts'

export interface Caller {
  /** The same for two callers only when every answer is the same for both. */
  rights: string
  /** For this answer only, such as what is left of a quota. */
  headers: Record<string, string>
}

/** A body that was posted, or a target with a query string. */
export interface Question {
  method: 'POST' | 'GET'
  text: string
}

export interface ReadyAnswersOptions<C extends Caller> {
  answers: Answers
  /** Path of the endpoint. */
  path: string
  /** Null: to be dealt with the long way (signed out, foreign, over a limit …). */
  callerOf(request: IncomingMessage): Promise<C | null>
  /** Whether a question asks for versioned data only. Asked once for each different one, and remembered. */
  isReadable(question: Question): boolean
  /** Of the data, now; null when it cannot be known. */
  version(): Promise<string | null>
  /**
   * Makes the body of an answer whose headers are known from the version before; null when it is no plain success, and
   * has to go the long way.
   */
  again(caller: C, question: Question, ticket: Ticket): Promise<Buffer | null>
  /** Answers a request, whose body has been read if it has one, the long way. */
  longWay(request: IncomingMessage, body: Buffer | null, ticket: Ticket): Promise<Response>
  /** Takes over requests that are not for us; `rawBody` is set on those whose body has been read. */
  next(request: IncomingMessage, response: ServerResponse): void
  /** Called for each answer from bytes. */
  onHit?: () => void
}

interface Whole extends Made {
  status: number
}

/** A longer one is no query that anybody repeats. */
const MAX_BODY_BYTES = 64 * 1024
/** Different ones whose readability is remembered. */
const MAX_QUESTIONS = 1_000
/** Of one answer, not of all that have the same bytes. */
const ownHeaders =
  /^(date|x-request-id|ratelimit.*|retry-after|set-cookie|content-length|connection|keep-alive)$/i

export function createReadyAnswers<C extends Caller>(options: ReadyAnswersOptions<C>) {
  const { answers, path, callerOf, version, again, longWay, next, onHit } = options
  const readable = remembered(options.isReadable)

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isPost = request.method === 'POST'
    const body = isPost ? await bodyOf(request) : null
    // The client has gone.
    if (isPost && body === null) return
    if (body !== null) Object.assign(request, { rawBody: body })
    const question = questionOf(request, body)
    if (!readable(question)) return next(request, response)
    // Looked at after the request had come: a change that its sender knows of is in it.
    const [caller, current] = await Promise.all([callerOf(request), version().catch(() => null)])
    if (caller === null || current === null) return next(request, response)

    const key = `${caller.rights}\n${request.headers.accept ?? ''}\n${question.text}`
    const ready = answers.peek(key, current)
    if (ready !== null) {
      onHit?.()
      return send(ready, caller, request, response)
    }
    let own = null as Whole | null
    const made = await answers.get(key, current, async (ticket, before) => {
      const remade = before && (await again(caller, question, ticket).catch(() => null))
      if (before !== null && remade !== null) return { headers: before.headers, body: remade }
      own = await wholeOf(await longWay(request, body, ticket))
      return keepable(own)
    })
    if (made !== null) send(made, caller, request, response)
    else if (own !== null) sendOwn(own, caller, response)
    else next(request, response)
  }

  return (request: IncomingMessage, response: ServerResponse): void => {
    if (!isCandidate(request, path)) return next(request, response)
    serve(request, response).catch(() => response.destroy())
  }
}

/** A target says what is asked by a query string, a path by its body. */
function isCandidate(request: IncomingMessage, path: string): boolean {
  const { method, url = '', headers } = request
  if (/text\/(event-stream|html)/.test(headers.accept ?? '')) return false
  if (method === 'GET') return url.startsWith(`${path}?`) && headers['content-length'] === undefined
  const length = Number(headers['content-length'])
  return (
    method === 'POST' &&
    url === path &&
    length > 0 &&
    length <= MAX_BODY_BYTES &&
    headers['transfer-encoding'] === undefined &&
    headers['content-encoding'] === undefined &&
    headers.expect === undefined &&
    /^application\/json(;\s*charset=utf-8)?$/i.test(headers['content-type'] ?? '')
  )
}

const questionOf = ({ url = '' }: IncomingMessage, body: Buffer | null): Question =>
  body === null ? { method: 'GET', text: url } : { method: 'POST', text: body.toString('utf8') }

function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.once('end', () => resolve(chunks.length === 1 ? (chunks[0] ?? null) : Buffer.concat(chunks)))
    request.once('error', () => resolve(null))
    request.once('close', () => resolve(null))
  })
}

async function wholeOf(response: Response): Promise<Whole> {
  const { status, headers } = response
  return { status, headers: Object.fromEntries(headers), body: Buffer.from(await response.arrayBuffer()) }
}

/** Only a whole success: errors are of the moment. */
function keepable({ status, headers, body }: Whole): Made | null {
  if (status !== 200 || headers['content-type']?.includes('json') !== true) return null
  if ('errors' in (JSON.parse(body.toString('utf8')) as object)) return null
  return {
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.test(name))),
    body,
  }
}

function sendOwn({ status, headers, body }: Whole, caller: Caller, response: ServerResponse): void {
  response.writeHead(status, { ...headers, ...caller.headers, 'content-length': body.length }).end(body)
}

function send(answer: Answer, { headers }: Caller, request: IncomingMessage, response: ServerResponse): void {
  const { head, body } = answer.as(encodingFor(request.headers['accept-encoding']))
  const all = [...head, ...Object.entries(headers).flat()]
  if (namesIt(request.headers['if-none-match'], answer.etag)) {
    // Of a body that is not sent, the length says nothing.
    const length = all.indexOf('Content-Length')
    response.writeHead(304, all.toSpliced(length, 2)).end()
  } else response.writeHead(200, all).end(body)
}

function encodingFor(accepted: string | string[] | undefined): Encoding | null {
  const names = String(accepted ?? '').toLowerCase()
  if (/\bbr\b(?!;\s*q=0(\.0*)?\b)/.test(names)) return 'br'
  return /\bgzip\b(?!;\s*q=0(\.0*)?\b)/.test(names) ? 'gzip' : null
}

/** Whichever encoding the client has: what counts is the content. */
function namesIt(given: string | undefined, etag: string): boolean {
  if (given === undefined) return false
  return given.split(',').some((one) => {
    const name = /^\s*(?:W\/)?"([^"]*)"\s*$/.exec(one)?.[1]
    return name === etag || name === `${etag}-br` || name === `${etag}-gzip`
  })
}

function remembered(ask: (question: Question) => boolean): (question: Question) => boolean {
  const known = new Map<string, boolean>()
  return (question) => {
    const { text } = question
    const before = known.get(text)
    if (before !== undefined) return before
    const is = ask(question)
    known.set(text, is)
    const [oldest] = known.keys()
    if (known.size > MAX_QUESTIONS && oldest !== undefined) known.delete(oldest)
    return is
  }
}
