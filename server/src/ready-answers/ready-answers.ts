/**
 * In front of everything else, at the `node:http` request: queries whose answers depend on rights and on the version of
 * the data alone. The first for each makes the answer, and whoever asks the same again gets its bytes: no parsing, no
 * validation, no execution, nothing read but the version. Whatever is not such a query, or fails, goes the long way.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answers, Made, Ticket } from './answers.ts'
import { isCandidate, send, whenRead } from './http.ts'
import { createInquiries, type Caller, type Client, type Inquiry, type Question } from './inquiries.ts'

/** A request was counted. */
export interface Admission {
  /** Names and values in turn, for its answer only; null: it is refused, the long way. */
  headers: readonly string[] | null
  /** Called before it goes the long way, where it is not to be counted again. */
  goesOn(request: IncomingMessage): void
}

export interface ReadyAnswersOptions<C extends Caller> {
  answers: Answers
  /** Path of the endpoint. */
  path: string
  /** Null: to be dealt with the long way (signed out, foreign …). */
  clientOf(request: IncomingMessage): Client<C> | null
  /** Counts so many requests of one caller, which came together: an admission for each. */
  admit(caller: C, count: number): Promise<Admission[]>
  /** Whether a question asks for versioned data only. Asked once for each different one, and remembered. */
  isReadable(question: Question): boolean
  /** Of the data, now; null when it cannot be known. */
  version(): Promise<string | null>
  /** Null when it is no plain success, and has to go the long way. */
  make(caller: C, question: Question, accept: string, ticket: Ticket): Promise<Made | null>
  /** Takes over requests that are not for us; `rawBody` is set on those whose body has been read. */
  next(request: IncomingMessage, response: ServerResponse): void
  /** Called for each answer from bytes. */
  onHit?: () => void
}

/** Of the event loop, between the first request and the look: in one alone, half as many come together under load. */
const TURNS = 2

export function createReadyAnswers<C extends Caller>(options: ReadyAnswersOptions<C>) {
  const { answers, path, clientOf, admit, version, next, onHit } = options
  const inquiries = createInquiries({ clientOf, isReadable: options.isReadable })
  let waiting: Asked<C>[] = []
  let isLooking = false

  function aside({ request, response, body }: Pick<Asked<C>, 'request' | 'response' | 'body'>): void {
    if (body !== null) Object.assign(request, { rawBody: body })
    next(request, response)
  }

  function asideWith(admission: Admission, asked: Asked<C>): void {
    admission.goesOn(asked.request)
    aside(asked)
  }

  function ask(
    inquiry: Inquiry<C>,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer | null,
  ): void {
    const { client } = inquiry
    if (client === null) return aside({ request, response, body })
    const wait = (caller: C | null): void => {
      if (caller === null) return aside({ request, response, body })
      waiting.push({ inquiry, request, response, body, caller })
      if (waiting.length === 1 && !isLooking) answerSoon()
    }
    const caller = client.peek()
    if (caller !== null) return wait(caller)
    client
      .look()
      .then(wait)
      .catch(() => response.destroy())
  }

  function answerSoon(turns = TURNS): void {
    setImmediate(() => (turns > 1 ? answerSoon(turns - 1) : void answerAll()))
  }

  /**
   * What has come in a few turns of the event loop, or while others were being looked after, together: a hundred requests
   * cost one look at the version, one at the limits, and no promise of their own. The look comes after them all: a change
   * that a sender knows of is in its answer.
   */
  async function answerAll(): Promise<void> {
    const together = new Map<string, Asked<C>[]>()
    for (const asked of waiting) {
      const { who } = asked.caller
      const group = together.get(who)
      if (group === undefined) together.set(who, [asked])
      else group.push(asked)
    }
    waiting = []
    isLooking = true
    const current = version().catch(() => null)
    const groups = [...together.values()].map((group) =>
      answerGroup(group, current).catch(() => {
        for (const { response } of group) response.destroy()
      }),
    )
    await Promise.all(groups)
    isLooking = false
    if (waiting.length > 0) answerSoon()
  }

  async function answerGroup(group: Asked<C>[], looked: Promise<string | null>): Promise<void> {
    const [first] = group
    if (first === undefined) return
    const [admissions, current] = await Promise.all([admit(first.caller, group.length), looked])
    for (const [index, asked] of group.entries()) {
      const admission = admissions[index]
      if (admission === undefined) throw new Error('A request was not counted.')
      if (admission.headers !== null && current !== null) answer(asked, admission.headers, current, admission)
      else asideWith(admission, asked)
    }
  }

  function answer(asked: Asked<C>, own: readonly string[], current: string, admission: Admission): void {
    const { inquiry, response, caller } = asked
    const key = inquiry.keyFor(caller)
    const ready = answers.peek(key, current)
    if (ready !== null) {
      onHit?.()
      return send(ready, inquiry.form, own, response)
    }
    make(asked, own, key, current, admission).catch(() => response.destroy())
  }

  async function make(
    asked: Asked<C>,
    own: readonly string[],
    key: string,
    current: string,
    admission: Admission,
  ): Promise<void> {
    const { inquiry, response, caller } = asked
    const { question, accept, form } = inquiry
    const made = await answers.get(key, current, (ticket) =>
      options.make(caller, question, accept, ticket).catch(() => null),
    )
    if (made !== null) send(made, form, own, response)
    else asideWith(admission, asked)
  }

  return (request: IncomingMessage, response: ServerResponse): void => {
    const before = inquiries.before(request)
    if (before === null && !isCandidate(request, path)) next(request, response)
    else if (request.method === 'GET') ask(inquiries.of(request, null, before), request, response, null)
    else whenRead(request, (body) => ask(inquiries.of(request, body, before), request, response, body))
  }
}

/** A request of which everything is known but the answer. */
interface Asked<C extends Caller> {
  inquiry: Inquiry<C>
  request: IncomingMessage
  response: ServerResponse
  /** Null where there is none. */
  body: Buffer | null
  caller: C
}
