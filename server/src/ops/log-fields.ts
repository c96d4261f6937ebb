/** What every log line says about the work that it is part of, without anybody handing it on. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'

export interface LogFields {
  /** Of the HTTP request, or of the operation on a WebSocket. */
  requestId?: string
  /** Of the scan. */
  runId?: string
}

const current = new AsyncLocalStorage<LogFields>()

/** Lines that are written during `work`, and by everything that it waits for, carry these fields too. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return current.run({ ...current.getStore(), ...fields }, work)
}

/** For what goes on beside all work, and only happens to be noticed during some. */
export function withoutLogFields<T>(work: () => T): T {
  return context.with(ROOT_CONTEXT, () => current.exit(work))
}

/** For the logger: the fields of the work under way, and the trace that it belongs to, where there is one. */
export function logFields(): LogFields & { traceId?: string } {
  const span = trace.getActiveSpan()?.spanContext()
  return { ...current.getStore(), ...(span !== undefined && { traceId: span.traceId }) }
}
