/** Which GraphQL queries are answered from bytes, for whom, and how the others go on: `ready-answers/`, filled in. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isAsyncIterable } from 'graphql-yoga'
import type { Auth } from './auth/auth.ts'
import type { Viewer } from './auth/viewer.ts'
import type { ClientAddresses } from './client-address.ts'
import { isForeignOrigin, isPreflighted, type HeaderReader } from './cross-site.ts'
import { GRAPHQL_PATH, isUnknownHost, knownHosts, type EdgeEnv } from './edge.ts'
import type { Env } from './env.ts'
import { formattedResult } from './graphql/errors.ts'
import { performed, prepared, type Asked } from './graphql/operation.ts'
import type { PersistedDocuments } from './graphql/persisted-documents.ts'
import type { GraphQLServer } from './graphql/yoga.ts'
import { rateLimitHeaders, type RateLimits } from './limits/rate-limits.ts'
import type { Metrics } from './ops/metrics.ts'
import { createAnswers, type Ticket } from './ready-answers/answers.ts'
import { isReadable, type Readable } from './ready-answers/readable.ts'
import { createReadyAnswers, type Caller, type Question } from './ready-answers/ready-answers.ts'
import type { DataVersion } from './scan/data-version.ts'
import type { Log } from './scan/ports.ts'

export interface ReadyResultsOptions {
  env: Env
  auth: Pick<Auth, 'credentialOf'>
  addresses: ClientAddresses
  rateLimits: RateLimits
  documents: PersistedDocuments
  version: DataVersion
  graphql: Pick<GraphQLServer, 'getEnveloped'>
  metrics: Metrics
  log: Log
  /** The whole application, for an answer that is to be kept. */
  answer: (request: Request, bindings: EdgeEnv['Bindings']) => Promise<Response>
  /** The whole application, for everything else. */
  next: (request: IncomingMessage, response: ServerResponse) => void
}

/** What changes only with the data version: not who asks, not the time. */
const versioned: Readable = {
  rootFields: new Set(['scanResults', 'scanStatus', 'stocks']),
  // `MarketStatus.now`.
  volatile: new Set(['now']),
}

interface Shown {
  cookie: string | undefined
  authorization: string | undefined
  credential: ReturnType<Auth['credentialOf']>
  /** Whom that was, last. */
  last: Reader | null
}

/** Who asks for what is to be had from bytes. */
interface Reader extends Caller {
  viewer: Viewer
  address: string
}

const LIMIT_BYTES = 64 * 1024 * 1024

export function readyResults(options: ReadyResultsOptions) {
  const { env, auth, addresses, rateLimits, documents, graphql, version, metrics, log, answer, next } =
    options
  const hosts = knownHosts(env)

  /** Of whoever came last on a connection. Usually the same comes again, and nothing of it need be read again. */
  const shown = new WeakMap<object, Shown>()

  function shownBy({ socket, headers }: IncomingMessage, reader: HeaderReader): Shown {
    const { cookie, authorization } = headers
    const before = shown.get(socket)
    if (before !== undefined && before.cookie === cookie && before.authorization === authorization)
      return before
    const now = { cookie, authorization, credential: auth.credentialOf(reader), last: null }
    shown.set(socket, now)
    return now
  }

  /** Whatever is to be refused is refused the long way. */
  function callerOf(request: IncomingMessage): Reader | null | Promise<Reader | null> {
    const headers = readerOf(request)
    if (isUnknownHost(request.headers.host, hosts) || isForeignOrigin(headers)) return null
    if (request.method === 'GET' && !isPreflighted(headers)) return null
    const address = addresses.addressOf({
      socketAddress: request.socket.remoteAddress,
      forwardedFor: headers.get('x-forwarded-for'),
    })
    const client = shownBy(request, headers)
    const viewer = client.credential.peek()
    if (viewer !== null) return readerIn(client, viewer, address)
    return client.credential.viewer().then(
      (found) => found && readerIn(client, found, address),
      () => null,
    )
  }

  function readerIn(client: Shown, viewer: Viewer, address: string): Reader | null {
    if (!viewer.scopes.has('READ')) return null
    const { last } = client
    if (last?.viewer === viewer && last.address === address) return last
    const { kind, id } = viewer.credential
    // Everybody who may read reads the same.
    client.last = { who: `${address} ${kind} ${id}`, rights: 'READ', viewer, address }
    return client.last
  }

  async function admit({ viewer, address }: Reader, requests: IncomingMessage[]) {
    const verdicts = await rateLimits.takeEach(requests, viewer, address)
    return verdicts.map((verdict) => (verdict.allowed ? rateLimitHeaders(verdict) : null))
  }

  /** Past HTTP, as operations of a WebSocket are: what that adds is known. */
  async function again(
    { viewer, address }: Reader,
    question: Question,
    ticket: Ticket,
  ): Promise<Buffer | null> {
    const params = paramsOf(question)
    const query = documents.documentOf(params)
    if (query === undefined) return null
    const caller = { viewer, address, requestId: randomUUID(), ticket, answerWith: null }
    const args = await prepared(graphql.getEnveloped, caller, query, params as Asked)
    if (Array.isArray(args)) return null
    const result = await performed(args, 'execute', log)
    if (isAsyncIterable(result) || result.errors !== undefined) return null
    return Buffer.from(JSON.stringify(formattedResult(result)))
  }

  return createReadyAnswers({
    answers: createAnswers({ now: () => Date.now(), limitBytes: LIMIT_BYTES }),
    path: GRAPHQL_PATH,
    callerOf,
    admit,
    isReadable: (question) => isVersioned(question, documents),
    version: () => version.now(),
    again,
    longWay: (request, body, ticket) => {
      const url = `http://${request.headers.host ?? 'localhost'}${request.url}`
      const headers = headersOf(request)
      const sent = body === null ? { method: 'GET' } : { method: 'POST', body: new Uint8Array(body) }
      return answer(new Request(url, { ...sent, headers }), { incoming: request, ticket })
    },
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

function isVersioned(question: Question, documents: PersistedDocuments): boolean {
  try {
    const params = paramsOf(question)
    const text = documents.documentOf(params)
    const name = params.operationName ?? null
    return (
      text !== undefined && (name === null || typeof name === 'string') && isReadable(text, name, versioned)
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

/** Making `Headers` takes longer than all that is read of them. */
const readerOf = ({ headers }: IncomingMessage): HeaderReader => ({
  get: (name) => headers[name]?.toString() ?? null,
  has: (name) => headers[name] !== undefined,
})

function headersOf({ headers }: IncomingMessage): Headers {
  const all = new Headers()
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) all.set(name, String(value))
  return all
}
