/** Answers that refuse or fail, in the shape of a GraphQL error, also where GraphQL has not begun. */
import type { ErrorHandler } from 'hono'
import type { EdgeEnv } from './edge.ts'
import { DatabaseAway } from './scan/errors.ts'
import type { Log } from './scan/ports.ts'

export interface Problem {
  status: number
  code: string
  message: string
  headers?: Record<string, string>
  /** Stands in the log as well, so that a person can tell the operator which one it was. */
  requestId?: string
}

export function problem({ status, code, message, headers = {}, requestId }: Problem): Response {
  const extensions = { code, ...(requestId !== undefined && { requestId }) }
  return Response.json({ errors: [{ message, extensions }] }, { status, headers })
}

/** What nobody has caught: told without its inside, which goes to the log. */
export function failed(log: Log): ErrorHandler<EdgeEnv> {
  return (error, c) => {
    if (error instanceof DatabaseAway) {
      const { code, message } = error
      return problem({ status: 503, code, message, headers: { 'Retry-After': '5' } })
    }
    // Nobody is there to read an answer, and nothing is wrong here.
    if (c.req.raw.signal.aborted) return new Response(null, { status: 499 })
    const requestId = c.get('requestId')
    log.error({ err: error, requestId }, 'A request failed.')
    return problem({
      status: 500,
      code: 'INTERNAL_SERVER_ERROR',
      message: 'Something went wrong on the server.',
      requestId,
    })
  }
}
