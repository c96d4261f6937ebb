/** Answers of the sign-in endpoints: JSON that nobody keeps, refusals with a code for programs and a sentence for people. */

export interface Said {
  code: string
  message: string
}

/** A request that is not granted; the message is for the person. */
export class Refused extends Error {
  override name = 'Refused'
  readonly status: number
  readonly code: string

  constructor(status: number, { code, message }: Said) {
    super(message)
    this.status = status
    this.code = code
  }
}

export const answer = (status: number, body: object, headers = {}): Response =>
  Response.json(body, { status, headers: { 'cache-control': 'no-store', ...headers } })

export const tooManyAttempts = (seconds: number): Response =>
  answer(
    429,
    { code: 'TOO_MANY_ATTEMPTS', message: `Too many attempts. Try again in ${seconds} s.` },
    { 'retry-after': String(seconds) },
  )
