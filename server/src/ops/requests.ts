/** Every HTTP request gets an id, a stopwatch, a span and a line in the log. */
import { randomUUID } from 'node:crypto'
import { context, propagation, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { Context, MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { Log } from '../scan/ports.ts'
import { withLogFields } from './log-fields.ts'
import type { Metrics } from './metrics.ts'
import { inSpan } from './spans.ts'

const REQUEST_ID_HEADER = 'X-Request-Id'
/** A proxy's id is taken over, so that its log and ours can be read together; it is a name, and grants nothing. */
const acceptableId = /^[\w-]{8,64}$/
const methods = new Set(['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'])
/** What people do. The page's files, and machines that look whether we live, would only bury it. */
const worthASpan = /^\/(graphql|api)(\/|$)/
const askedByMachines = /^\/(health|metrics)(\/|$)/

/** Stands before everything else. Sets `requestId`, and answers it as `X-Request-Id`. */
export function observedRequests(
  metrics: Metrics,
  log: Log,
): MiddlewareHandler<{ Variables: { requestId: string } }> {
  return async (c, next) => {
    const given = c.req.header(REQUEST_ID_HEADER)
    const requestId = given !== undefined && acceptableId.test(given) ? given : randomUUID()
    const method = methods.has(c.req.method) ? c.req.method : 'other'
    const end = metrics.requests.startTimer({ method })
    const began = performance.now()
    c.set('requestId', requestId)

    await withLogFields({ requestId }, async () => {
      await (worthASpan.test(c.req.path) ? inRequestSpan(c, method, next) : next())
      // Not with c.header(), which would wrap the body of a stream once more.
      c.res.headers.set(REQUEST_ID_HEADER, requestId)
      const { status } = c.res
      end({ route: routePath(c), status: `${Math.floor(status / 100)}xx` })
      const durationMs = Math.round((performance.now() - began) * 10) / 10
      const line = { method, path: c.req.path, status, durationMs }
      // What was thrown has had its line, and so has the outage that a 503 speaks of; a health check that says no is an answer.
      const explained = c.error !== undefined || status === 503 || askedByMachines.test(c.req.path)
      const unexplained = status >= 500 && !explained
      if (unexplained) log.error(line, 'A request was answered with an error.')
      else log.debug(line, 'A request was answered.')
    })
  }
}

function inRequestSpan(c: Context, method: string, next: () => Promise<void>): Promise<void> {
  const attributes = { 'http.request.method': method, 'url.path': c.req.path }
  const within = propagation.extract(context.active(), Object.fromEntries(c.req.raw.headers))
  return inSpan(
    method,
    attributes,
    async (span) => {
      await next()
      const route = routePath(c)
      span.updateName(`${method} ${route}`)
      span.setAttributes({ 'http.route': route, 'http.response.status_code': c.res.status })
      if (c.res.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    },
    { kind: SpanKind.SERVER, within },
  )
}
