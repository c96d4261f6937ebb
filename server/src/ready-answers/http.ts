/** The HTTP side of answers from bytes: what is worth a look, and how an answer is sent, on `node:http`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer, Encoding } from './answers.ts'

/** How an answer is wanted. */
export interface FormWanted {
  encoding: Encoding | null
  /** Of the `If-None-Match` header: what the client has already. */
  has: string | undefined
}

/** A longer one is no query that anybody repeats. */
const MAX_BODY_BYTES = 64 * 1024

/** A target says what is asked by a query string, a path by its body. */
export function isCandidate(request: IncomingMessage, path: string): boolean {
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

/** Never calls back for a client that has gone in the middle. */
export function whenRead(request: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.once('end', () => done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
}

export const formFor = ({ headers }: IncomingMessage): FormWanted => ({
  encoding: encodingFor(headers['accept-encoding']),
  has: headers['if-none-match'],
})

/** @param own headers for this answer only, such as what is left of a quota: names and values in turn */
export function send(
  answer: Answer,
  wanted: FormWanted,
  own: readonly string[],
  response: ServerResponse,
): void {
  const { head, body } = answer.as(wanted.encoding)
  const all = head.concat(own)
  if (namesIt(wanted.has, answer.etag)) {
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
