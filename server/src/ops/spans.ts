/**
 * Spans, made by hand: the hooks that would make them by themselves see nothing of ES modules. While no SDK is
 * registered (`tracing.ts`), all of this does nothing but call `work`.
 */
import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanKind,
} from '@opentelemetry/api'

export interface SpanOptions {
  kind?: SpanKind
  /** What the span stands in; the span under way, unless said otherwise. */
  within?: Context
}

const tracer = trace.getTracer('wheel-analyzer')

/** A span for as long as `work` takes; it begins a trace when there is none. A rejection is the span's error. */
export function inSpan<T>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
  { kind, within = context.active() }: SpanOptions = {},
): Promise<T> {
  const options = { attributes, ...(kind !== undefined && { kind }) }
  return tracer.startActiveSpan(name, options, within, async (span) => {
    try {
      return await work(span)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      if (error instanceof Error) span.recordException(error)
      span.setStatus({ code: SpanStatusCode.ERROR, message })
      throw error
    } finally {
      span.end()
    }
  })
}

/** A span where there is a trace already. Housekeeping that nobody asked for makes none. */
export function inChildSpan<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  return trace.getActiveSpan() === undefined ? work() : inSpan(name, attributes, work)
}

/** The trace under way as a W3C `traceparent`, to be sent along with a job; null when there is none. */
export function injectTrace(): string | null {
  const carrier: { traceparent?: string } = {}
  propagation.inject(context.active(), carrier)
  return carrier.traceparent ?? null
}

/** A span in the trace that `injectTrace` told, in this process or another; one of its own when there was none. */
export function continueTrace<T>(
  traceparent: string | null,
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const carrier = traceparent === null ? {} : { traceparent }
  return inSpan(name, attributes, work, { within: propagation.extract(ROOT_CONTEXT, carrier) })
}
