/** `/graphql` over HTTP: who asks, whether they may ask that way, and how often. GraphQL itself is behind it. */
import type { Handler } from 'hono'
import type { Auth } from './auth/auth.ts'
import { isForeignOrigin, isPreflighted } from './cross-site.ts'
import type { EdgeEnv } from './edge.ts'
import type { GraphQLOverHttp } from './graphql/yoga.ts'
import { graphiqlPage } from './graphiql.ts'
import { rateLimitHeaders, type RateLimits, type Verdict } from './limits/rate-limits.ts'
import { problem } from './problem.ts'

export interface GraphQLEndpointOptions {
  auth: Pick<Auth, 'viewerOf'>
  graphql: GraphQLOverHttp
  rateLimits: RateLimits
}

export function graphqlEndpoint({ auth, graphql, rateLimits }: GraphQLEndpointOptions): Handler<EdgeEnv> {
  return async (c) => {
    const request = c.req.raw
    if (request.method !== 'GET' && request.method !== 'POST') return methodNotAllowed()
    const address = c.get('address')
    // Before anybody is looked up: guesses are not free.
    const asked = c.env?.incoming ?? request
    const spent = await rateLimits.spent(asked, address)
    if (spent !== null) return limited(tooMany(spent), spent)

    if (wantsPage(request)) {
      const isSignedIn = (await auth.viewerOf(request.headers)) !== null
      return isSignedIn ? graphiqlPage(request) : c.redirect('/sign-in?next=/graphql')
    }
    const viewer = await auth.viewerOf(believable(request.headers))
    const verdict = await rateLimits.takeOnce(asked, viewer, address)
    if (!verdict.allowed) return limited(tooMany(verdict), verdict)
    if (viewer === null) return limited(notSignedIn(request), verdict)
    const refused = wrongWay(request)
    if (refused !== null) return limited(refused, verdict)
    const response = await graphql.fetch(request, {
      viewer,
      address,
      requestId: c.get('requestId'),
      ticket: null,
      answerWith: (stream) => (c.env.stream = stream),
    })
    return limited(response, verdict)
  }
}

/** Pages of other origins come with a token: whatever cookie a browser adds is not theirs. */
function believable(headers: Headers): Headers {
  if (!isForeignOrigin(headers)) return headers
  const own = new Headers(headers)
  own.delete('cookie')
  return own
}

const wantsPage = ({ method, headers }: Request) =>
  method === 'GET' && headers.get('accept')?.includes('text/html') === true

/** A form or a link on another site can send neither JSON nor headers of its own. */
function wrongWay({ method, headers }: Request): Response | null {
  const isJson = /^application\/(graphql\+)?json\b/i.test(headers.get('content-type') ?? '')
  if (method === 'POST' && !isJson)
    return problem({
      status: 415,
      code: 'BAD_REQUEST',
      message: 'Send the operation as application/json.',
    })
  if (method === 'GET' && !isPreflighted(headers))
    return problem({
      status: 403,
      code: 'CSRF_PREVENTED',
      message: 'Send the header GraphQL-Require-Preflight: 1 along, use a token, or send the query by POST.',
    })
  return null
}

const methodNotAllowed = () =>
  problem({
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    message: 'GraphQL is asked by POST, and queries by GET as well.',
    headers: { Allow: 'GET, POST' },
  })

function notSignedIn({ headers }: Request): Response {
  const withToken = headers.has('authorization')
  return problem({
    status: 401,
    code: 'UNAUTHENTICATED',
    message: withToken ? 'This token is not valid: it may have expired or been revoked.' : 'Sign in first.',
    headers: {
      'WWW-Authenticate': `Bearer realm="Wheel Analyzer"${withToken ? ', error="invalid_token"' : ''}`,
    },
  })
}

const tooMany = ({ resetSeconds }: Verdict) =>
  problem({
    status: 429,
    code: 'RATE_LIMITED',
    message: `Too many requests. Try again in ${resetSeconds} s.`,
    headers: { 'Retry-After': String(resetSeconds) },
  })

function limited(response: Response, verdict: Verdict): Response {
  for (const [name, value] of Object.entries(rateLimitHeaders(verdict))) response.headers.set(name, value)
  if (!response.headers.has('Cache-Control')) response.headers.set('Cache-Control', 'no-store')
  return response
}
