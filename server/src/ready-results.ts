/** Which GraphQL queries are answered from bytes, for whom, and how the others go on: `ready-answers/`, filled in. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isAsyncIterable } from '@graphql-tools/utils'
import type { Auth } from './auth/auth.ts'
import type { Viewer } from './auth/viewer.ts'
import type { ClientAddresses } from './client-address.ts'
import { isForeignOrigin, isPreflighted, type HeaderReader } from './cross-site.ts'
import { GRAPHQL_PATH, isUnknownHost, knownHosts } from './edge.ts'
import type { Env } from './env.ts'
import type { Stringified } from './graphql/compiler.ts'
import { formattedResult } from './graphql/errors.ts'
import type { GraphQL } from './graphql/graphql.ts'
import { mediaTypeFor } from './graphql/media-type.ts'
import { performed, prepared, type Asked } from './graphql/operation.ts'
import type { PersistedDocuments } from './graphql/persisted-documents.ts'
import { rateLimitHeaders, type RateLimits } from './limits/rate-limits.ts'
import type { Metrics } from './ops/metrics.ts'
import { createAnswers, type Made, type Ticket } from './ready-answers/answers.ts'
import { isReadable, type Readable } from './ready-answers/readable.ts'
import type { Caller, Client, Question } from './ready-answers/inquiries.ts'
import { createReadyAnswers, type Admission } from './ready-answers/ready-answers.ts'
import type { DataVersion } from './scan/data-version.ts'
import type { Log } from './scan/ports.ts'
import { securityHeaders } from './security-headers.ts'

export interface ReadyResultsOptions {
  env: Env
  auth: Pick<Auth, 'credentialOf'>
  addresses: ClientAddresses
  rateLimits: RateLimits
  documents: PersistedDocuments
  version: DataVersion
  graphql: Pick<GraphQL, 'getEnveloped'>
  metrics: Metrics
  log: Log
  /** The whole application, for everything else. */
  next: (request: IncomingMessage, response: ServerResponse) => void
}

/** What changes only with the data version: not who asks, not the time. */
const versioned: Readable = {
  rootFields: new Set(['scanResults', 'scanStatus', 'stocks']),
  // `MarketStatus.now`.
  volatile: new Set(['now']),
}

/** Who asks for what is to be had from bytes. */
interface Reader extends Caller {
  viewer: Viewer
  address: string
}

const LIMIT_BYTES = 64 * 1024 * 1024

export function readyResults(options: ReadyResultsOptions) {
  const { env, auth, addresses, rateLimits, documents, graphql, version, metrics, log, next } = options
  const hosts = knownHosts(env)
  const headers = { ...securityHeaders(env), 'Cache-Control': 'private, no-cache' }

  /** Whatever is to be refused is refused the long way. */
  function clientOf(request: IncomingMessage): Client<Reader> | null {
    const headers = readerOf(request)
    if (isUnknownHost(request.headers.host, hosts) || isForeignOrigin(headers)) return null
    if (request.method === 'GET' && !isPreflighted(headers)) return null
    const address = addresses.addressOf({
      socketAddress: request.socket.remoteAddress,
      forwardedFor: headers.get('x-forwarded-for'),
    })
    const credential = auth.credentialOf(headers)
    let last: Reader | null = null
    const readerFor = (viewer: Viewer | null): Reader | null => {
      if (viewer === null || !viewer.scopes.has('READ')) return null
      if (last?.viewer !== viewer) last = readerAt(address, viewer)
      return last
    }
    return {
      peek: () => readerFor(credential.peek()),
      look: () => credential.viewer().then(readerFor, () => null),
    }
  }

  async function admit({ viewer, address }: Reader, count: number): Promise<Admission[]> {
    const verdicts = await rateLimits.takeEach(count, viewer, address)
    return verdicts.map((verdict) => ({
      headers: verdict.allowed ? inTurn(rateLimitHeaders(verdict)) : null,
      goesOn: (request) => rateLimits.judged(request, verdict),
    }))
  }

  /** Past all that HTTP needs for answers of any kind, as operations of a WebSocket are. */
  async function make(
    { viewer, address }: Reader,
    question: Question,
    accept: string,
    ticket: Ticket,
  ): Promise<Made | null> {
    const type = mediaTypeFor(accept)
    const params = paramsOf(question)
    const query = documents.documentOf(params)
    if (type === null || query === undefined) return null
    const end = metrics.requests.startTimer({ method: question.method })
    const caller = { viewer, address, requestId: randomUUID(), ticket, answerWith: null }
    const args = await prepared(graphql.getEnveloped, caller, query, params as Asked)
    if (Array.isArray(args)) return null
    const result = await performed(args, 'execute', log)
    if (isAsyncIterable(result) || result.errors !== undefined) return null
    const { stringify } = result as Stringified
    const body = Buffer.from(stringify?.() ?? JSON.stringify(formattedResult(result)))
    // Like one that came the long way, where those that fail here are counted.
    end({ route: GRAPHQL_PATH, status: '2xx' })
    return { headers: { ...headers, 'Content-Type': `${type}; charset=utf-8` }, body }
  }

  return createReadyAnswers({
    answers: createAnswers({ now: () => Date.now(), limitBytes: LIMIT_BYTES }),
    path: GRAPHQL_PATH,
    clientOf,
    admit,
    isReadable: (question) => isVersioned(question, documents),
    version: () => version.now(),
    make,
    next,
    onHit: () => metrics.readyAnswers.inc(),
  })
}

interface Params {
  query?: unknown
  operationName?: unknown
  variables?: unknown
  extensions?: unknown
}

const parameters = new Set<string>([
  'query',
  'operationName',
  'variables',
  'extensions',
] satisfies (keyof Params)[])

const isRecord = (value: unknown) => typeof value === 'object' && !Array.isArray(value)

/** Asked as the specification has it, for what has a version. Whatever is not is refused the long way. */
function isVersioned(question: Question, documents: PersistedDocuments): boolean {
  try {
    const params = paramsOf(question)
    const text = documents.documentOf(params)
    const name = params.operationName ?? null
    return (
      text !== undefined &&
      (name === null || typeof name === 'string') &&
      [params.variables ?? {}, params.extensions ?? {}].every(isRecord) &&
      Object.keys(params).every((given) => parameters.has(given)) &&
      isReadable(text, name, versioned)
    )
  } catch {
    return false
  }
}

/** As GraphQL over HTTP has them. @throws SyntaxError */
function paramsOf({ method, text }: Question): Params {
  if (method === 'POST') return JSON.parse(text) as Params
  const params = new URLSearchParams(text.slice(text.indexOf('?')))
  const json = (name: string) => JSON.parse(params.get(name) ?? 'null') as unknown
  return {
    query: params.get('query'),
    operationName: params.get('operationName'),
    variables: json('variables'),
    extensions: json('extensions'),
  }
}

/** Everybody who may read reads the same. */
function readerAt(address: string, viewer: Viewer): Reader {
  const { kind, id } = viewer.credential
  return { who: `${address} ${kind} ${id}`, rights: 'READ', viewer, address }
}

/** Names and values. For each request: a loop, which is several times as fast as `Object.entries` and `flat`. */
function inTurn(headers: Record<string, string>): string[] {
  const all: string[] = []
  for (const name in headers) all.push(name, headers[name] ?? '')
  return all
}

/** Making `Headers` takes longer than all that is read of them. */
const readerOf = ({ headers }: IncomingMessage): HeaderReader => ({
  get: (name) => headers[name]?.toString() ?? null,
  has: (name) => headers[name] !== undefined,
})
