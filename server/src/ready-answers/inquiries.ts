/** What requests ask for, and who may ask it: found out once for those that come again and again on a connection. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { formFor, type FormWanted } from './http.ts'

export interface Caller {
  /** The same for two callers only when they are one. */
  who: string
  /** The same for two callers only when every answer is the same for both. */
  rights: string
}

/** Whoever sends a request's headers. */
export interface Client<C> {
  /** Who that is, when it is known at once. */
  peek(): C | null
  /** Null: nobody who may ask. */
  look(): Promise<C | null>
}

/** A body that was posted, or a target with a query string. */
export interface Question {
  method: 'POST' | 'GET'
  text: string
}

export interface InquiriesOptions<C extends Caller> {
  clientOf(request: IncomingMessage): Client<C> | null
  isReadable(question: Question): boolean
}

export interface Inquiries<C extends Caller> {
  /** The one before on the same connection, when this request has the same head. */
  before(request: IncomingMessage): Inquiry<C> | null
  of(request: IncomingMessage, body: Buffer | null, before: Inquiry<C> | null): Inquiry<C>
}

/** Different ones whose readability is remembered. */
const MAX_QUESTIONS = 1_000
/** A longer one is not kept for its connection: there are thousands of those. */
const MAX_KEPT_BYTES = 4 * 1024

export class Inquiry<C extends Caller> {
  readonly question: Question
  /** Null: the long way, because of the question or because of whoever asks it. */
  readonly client: Client<C> | null
  readonly form: FormWanted
  /** The header; empty where there is none. */
  readonly accept: string
  readonly #body: Buffer | null
  readonly #rawHeaders: readonly string[]
  readonly #url: string
  /** For the rights of whoever asked last: the same text, whose hash is known. */
  #key: { rights: string; text: string } | null = null

  constructor(request: IncomingMessage, body: Buffer | null, question: Question, client: Client<C> | null) {
    this.question = question
    this.client = client
    this.form = formFor(request)
    // What arrives is a part of something larger, which would be kept with it.
    this.#body = body === null ? null : Buffer.from(body)
    this.#rawHeaders = request.rawHeaders
    this.#url = request.url ?? ''
    this.accept = request.headers.accept ?? ''
  }

  hasHeadOf({ method, url, rawHeaders }: IncomingMessage): boolean {
    return (
      method === this.question.method &&
      url === this.#url &&
      rawHeaders.length === this.#rawHeaders.length &&
      rawHeaders.every((text, index) => text === this.#rawHeaders[index])
    )
  }

  hasBody(body: Buffer | null): boolean {
    return body === null ? this.#body === null : this.#body?.equals(body) === true
  }

  /** Of the answer. */
  keyFor({ rights }: C): string {
    if (this.#key?.rights !== rights)
      this.#key = { rights, text: `${rights}\n${this.accept}\n${this.question.text}` }
    return this.#key.text
  }
}

export function createInquiries<C extends Caller>({
  clientOf,
  isReadable,
}: InquiriesOptions<C>): Inquiries<C> {
  const last = new WeakMap<Socket, Inquiry<C>>()
  const readable = remembered(isReadable)

  return {
    before(request) {
      const before = last.get(request.socket)
      return before?.hasHeadOf(request) === true ? before : null
    },
    of(request, body, before) {
      if (before?.hasBody(body) === true) return before
      const question = questionOf(request, body)
      const inquiry = new Inquiry(request, body, question, readable(question) ? clientOf(request) : null)
      if ((body?.length ?? 0) <= MAX_KEPT_BYTES) last.set(request.socket, inquiry)
      return inquiry
    },
  }
}

const questionOf = ({ url = '' }: IncomingMessage, body: Buffer | null): Question =>
  body === null ? { method: 'GET', text: url } : { method: 'POST', text: body.toString('utf8') }

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
