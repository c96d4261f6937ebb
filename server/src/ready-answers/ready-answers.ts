/**
 * In front of everything else, at the `node:http` request: a query that was answered before, for the same rights and
 * the same version of the data, is answered from bytes. No parsing, no validation, no execution, nothing read but the
 * version. Whatever is not such a query goes the long way, untouched.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answers, Made, Ticket } from './answers.ts'
import { isCandidate, send, sendOwn, wholeOf, whenRead, type OwnHeaders, type Whole } from './http.ts'

export interface Caller {
  /** The same for two callers only when they are one. */
  who: string
  /** The same for two callers only when every answer is the same for both. */
  rights: string
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
  /** Null: to be dealt with the long way (signed out, foreign …). At once, where it is known at once. */
  callerOf(request: IncomingMessage): C | null | Promise<C | null>
  /** Counts what one caller asks in one turn of the event loop; for each of the requests, null: the long way. */
  admit(caller: C, requests: IncomingMessage[]): Promise<(OwnHeaders | null)[]>
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

/** Different ones whose readability is remembered. */
const MAX_QUESTIONS = 1_000
/** Of one answer, not of all that have the same bytes. */
const ownHeaders =
  /^(date|x-request-id|ratelimit.*|retry-after|set-cookie|content-length|connection|keep-alive)$/i

export function createReadyAnswers<C extends Caller>(options: ReadyAnswersOptions<C>) {
  const { answers, path, callerOf, admit, version, again, longWay, next, onHit } = options
  const readable = remembered(options.isReadable)
  let waiting: Asked<C>[] = []

  function aside({ request, response, body }: Pick<Asked<C>, 'request' | 'response' | 'body'>): void {
    if (body !== null) Object.assign(request, { rawBody: body })
    next(request, response)
  }

  function ask(request: IncomingMessage, response: ServerResponse, body: Buffer | null): void {
    const question = questionOf(request, body)
    if (!readable(question)) return aside({ request, response, body })
    const wait = (caller: C | null): void => {
      if (caller === null) return aside({ request, response, body })
      if (waiting.push({ request, response, body, question, caller }) === 1) setImmediate(answerAll)
    }
    const caller = callerOf(request)
    if (!(caller instanceof Promise)) return wait(caller)
    caller.then(wait).catch(() => response.destroy())
  }

  /**
   * What has come in one turn of the event loop, together: a hundred requests cost one look at the version, one at the
   * limits, and no promise of their own. The look comes after them all: a change that a sender knows of is in its answer.
   */
  function answerAll(): void {
    const together = new Map<string, Asked<C>[]>()
    for (const asked of waiting) {
      const { who } = asked.caller
      const group = together.get(who)
      if (group === undefined) together.set(who, [asked])
      else group.push(asked)
    }
    waiting = []
    const current = version().catch(() => null)
    for (const group of together.values()) {
      answerGroup(group, current).catch(() => {
        for (const { response } of group) response.destroy()
      })
    }
  }

  async function answerGroup(group: Asked<C>[], looked: Promise<string | null>): Promise<void> {
    const [first] = group
    if (first === undefined) return
    const admitted = admit(
      first.caller,
      group.map(({ request }) => request),
    )
    const [headers, current] = await Promise.all([admitted, looked])
    for (const [index, asked] of group.entries()) {
      const own = headers[index] ?? null
      if (own === null || current === null) aside(asked)
      else answer(asked, own, current)
    }
  }

  function answer(asked: Asked<C>, own: OwnHeaders, current: string): void {
    const { request, response, question, caller } = asked
    const key = `${caller.rights}\n${request.headers.accept ?? ''}\n${question.text}`
    const ready = answers.peek(key, current)
    if (ready === null) return void make(asked, own, key, current).catch(() => response.destroy())
    onHit?.()
    send(ready, own, request, response)
  }

  async function make(asked: Asked<C>, own: OwnHeaders, key: string, current: string): Promise<void> {
    const { request, response, body, question, caller } = asked
    let whole = null as Whole | null
    const made = await answers.get(key, current, async (ticket, before) => {
      const remade = before && (await again(caller, question, ticket).catch(() => null))
      if (before !== null && remade !== null) return { headers: before.headers, body: remade }
      whole = await wholeOf(await longWay(request, body, ticket))
      return keepable(whole)
    })
    if (made !== null) send(made, own, request, response)
    else if (whole !== null) sendOwn(whole, own, response)
    else aside(asked)
  }

  return (request: IncomingMessage, response: ServerResponse): void => {
    if (!isCandidate(request, path)) next(request, response)
    else if (request.method === 'GET') ask(request, response, null)
    else whenRead(request, (body) => ask(request, response, body))
  }
}

/** A request of which everything is known but the answer. */
interface Asked<C> {
  request: IncomingMessage
  response: ServerResponse
  /** Null where there is none. */
  body: Buffer | null
  question: Question
  caller: C
}

const questionOf = ({ url = '' }: IncomingMessage, body: Buffer | null): Question =>
  body === null ? { method: 'GET', text: url } : { method: 'POST', text: body.toString('utf8') }

/** Only a whole success: errors are of the moment. */
function keepable({ status, headers, body }: Whole): Made | null {
  if (status !== 200 || headers['content-type']?.includes('json') !== true) return null
  if ('errors' in (JSON.parse(body.toString('utf8')) as object)) return null
  return {
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.test(name))),
    body,
  }
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
