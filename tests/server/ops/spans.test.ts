/** Spans: what stands in what, across queues too, and what is not worth one. The real SDK sends them to a collector. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { logFields } from '../../../server/src/ops/log-fields.ts'
import { continueTrace, inChildSpan, injectTrace, inSpan } from '../../../server/src/ops/spans.ts'
import { startTracing } from '../../../server/src/ops/tracing.ts'
import { startCollector, type Collector } from '../../support/collector.ts'
import { silentLog } from '../../support/fakes.ts'

let collector: Collector
let untraced: { carried: string | null; answer: string }
let lineFields: object
let rejection: unknown
const nothing = async () => {}

// An SDK cannot be taken out again, and sends what is left when it stops: everything happens first, and is judged then.
beforeAll(async () => {
  collector = await startCollector()
  untraced = {
    carried: await inSpan('before', {}, async () => injectTrace()),
    answer: await continueTrace(null, 'before', {}, async () => 'done'),
  }

  Object.assign(process.env, collector.environment)
  const stop = await startTracing({ ...collector.environment, OTEL_SERVICE_NAME: 'tests' }, silentLog)
  await inChildSpan('housekeeping', {}, nothing)
  const traceparent = await inSpan('press', { 'wheel.symbol': 'AAA' }, async () => {
    await inChildSpan('step', {}, nothing)
    lineFields = logFields()
    return injectTrace()
  })
  await continueTrace(traceparent, 'job', {}, () => inChildSpan('step of the job', {}, nothing))
  await continueTrace(null, 'job of nobody', {}, nothing)
  const broken = inSpan('broken', {}, async () => Promise.reject(new Error('It broke.')))
  rejection = await broken.catch(String)
  await stop()
})
afterAll(async () => collector[Symbol.asyncDispose]())

const span = (name: string) => {
  const [found] = collector.named(name)
  if (found === undefined) throw new Error(`there is no span ${name}`)
  return found
}

test('without a collector, work is done all the same, and there is no trace to carry', () => {
  expect(untraced).toEqual({ carried: null, answer: 'done' })
  expect(collector.named('before')).toEqual([])
})

test('a span stands in the one that was under way, with its attributes, in the name of the service', () => {
  expect(span('press')).toMatchObject({
    service: 'tests',
    parentId: null,
    failed: false,
    attributes: { 'wheel.symbol': 'AAA' },
  })
  expect(span('step').parentId).toBe(span('press').spanId)
})

test('a job continues the trace that queued it, or begins one of its own', () => {
  expect(span('job')).toMatchObject({ traceId: span('press').traceId, parentId: span('press').spanId })
  expect(span('step of the job').parentId).toBe(span('job').spanId)
  expect(span('job of nobody').parentId).toBeNull()
  expect(span('job of nobody').traceId).not.toBe(span('press').traceId)
})

test('what broke is marked, and still breaks', () => {
  expect(span('broken').failed).toBe(true)
  expect(rejection).toBe('Error: It broke.')
})

test('housekeeping that nobody asked for makes no trace', () => {
  expect(collector.named('housekeeping')).toEqual([])
})

test('a line of the log names the trace that it is part of', () => {
  expect(lineFields).toEqual({ traceId: span('press').traceId })
})
