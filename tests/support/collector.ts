/** An OpenTelemetry collector, as far as traces over HTTP in JSON go. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

export interface CollectedSpan {
  service: string
  traceId: string
  spanId: string
  /** Null for the first span of a trace. */
  parentId: string | null
  name: string
  failed: boolean
  attributes: Record<string, unknown>
}

export interface Collector extends AsyncDisposable {
  /** What a process needs in its environment to send its spans here. */
  environment: Record<string, string>
  spans: CollectedSpan[]
  named(name: string): CollectedSpan[]
}

interface Attribute {
  key: string
  value: Record<string, unknown>
}
interface Export {
  resourceSpans: {
    resource: { attributes: Attribute[] }
    scopeSpans: {
      spans: {
        traceId: string
        spanId: string
        parentSpanId?: string
        name: string
        status: { code?: number }
        attributes: Attribute[]
      }[]
    }[]
  }[]
}

const FAILED = 2

export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = []
  const server = createServer((request, response) => void take(request, response))
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await json(request)) as Export
    if (request.url === '/v1/traces') spans.push(...read(body))
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    },
    spans,
    named: (name) => spans.filter((span) => span.name === name),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function read({ resourceSpans }: Export): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ traceId, spanId, parentSpanId, name, status, attributes }) => ({
        service: String(plain(resource.attributes)['service.name']),
        traceId,
        spanId,
        parentId: parentSpanId ?? null,
        name,
        failed: status.code === FAILED,
        attributes: plain(attributes),
      })),
    ),
  )
}

function plain(attributes: Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
