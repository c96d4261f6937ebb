/** Who is asking: signing in and out over HTTP, and the person behind a session cookie. */
import { isDatabaseAway } from '../db/away.ts'
import type { Database, PrismaClient } from '../db/client.ts'
import { DatabaseAway } from '../scan/errors.ts'
import type { Clock, Log } from '../scan/ports.ts'
import { basePath, createBetterAuth, signUpPath } from './better-auth.ts'
import { disableDemoAccount, ensureDemoAccount } from './demo-account.ts'
import type { RevocationBook } from './revocations.ts'
import { createSessions } from './sessions.ts'
import { createSetUp, setUpIsDone } from './set-up.ts'

/** What a person may do: administrators everything, traders scan, viewers look. */
export type Role = 'ADMINISTRATOR' | 'TRADER' | 'VIEWER'

/** A person who is signed in. */
export interface Viewer {
  id: string
  email: string
  name: string
  role: Role
  isDemo: boolean
  sessionId: string
  /** Later, when the page has asked for `/api/auth/get-session` in the meantime. */
  sessionExpiresAt: Date
}

export interface AuthOptions {
  prisma: PrismaClient
  afterOutage: Database['afterOutage']
  revocations: RevocationBook
  clock: Pick<Clock, 'now'>
  /** Signs cookies: at least 32 random characters. */
  secret: string
  /** Where people reach the server, when that is not what requests say (behind a proxy that ends TLS). */
  publicUrl: string | null
  /** True behind TLS: cookies are then never sent without it. */
  secureCookies: boolean
  /** The demo account works in LOCAL, and in PRODUCTION not even when LOCAL has used the database before. */
  environment: 'LOCAL' | 'PRODUCTION'
  /** What the first person has to know. */
  setupCode: string
  /** The header in which the edge puts the address of the socket; forwarding headers are not believed. */
  clientAddressHeader: string
  /** 30 sign-ins and 30 sign-ups a minute from one address. Off in tests. */
  rateLimited: boolean
  log: Log
}

export interface Auth {
  /**
   * Answers `/api/auth/*`: POST `sign-up/email` (with `setupCode`), POST `sign-in/email`, POST `sign-out`,
   * GET `get-session` and GET `ok`. Anything else is not found. Never throws.
   */
  handler(request: Request): Promise<Response>
  /**
   * The person whose session cookie this is; null when signed out, expired or disabled. Changes nothing.
   * @throws DatabaseAway when the session can neither be looked up nor be remembered
   */
  viewerOf(headers: Headers): Promise<Viewer | null>
  /** True as long as nobody but the demo account can sign in; false when that cannot be known now. */
  needsSetup(): Promise<boolean>
}

const endpoints = new Set(
  ['/sign-up/email', '/sign-in/email', '/sign-out', '/get-session', '/ok'].map((path) => basePath + path),
)

const answer = (status: number, body: { code: string; message: string }, headers = {}): Response =>
  Response.json(body, { status, headers: { 'cache-control': 'no-store', ...headers } })

/** What nobody can do without the database, and says so. */
const entrances = new Set([signUpPath, `${basePath}/sign-in/email`])

function notNow({ url }: Request): Response {
  const { code, message } = new DatabaseAway()
  const signingIn =
    'Signing in is not possible right now: the database cannot be reached. Try again in a moment.'
  const said = entrances.has(new URL(url).pathname) ? signingIn : message
  return answer(503, { code, message: said }, { 'retry-after': '5' })
}

/**
 * Browsers say where a POST comes from, and it is checked. A client that is none says nothing; it is not being
 * tricked into the request by some other page, so it passes for the same origin.
 */
const withOrigin = (request: Request): Request => {
  const { headers } = request
  if (headers.has('origin') || headers.has('referer') || headers.has('sec-fetch-site')) return request
  const complete = new Headers(headers)
  complete.set('origin', new URL(request.url).origin)
  return new Request(request, { headers: complete })
}

/** @returns once the demo account is as the environment wants it */
export async function createAuth(options: AuthOptions): Promise<Auth> {
  const { prisma, publicUrl, log } = options
  const setUp = createSetUp(prisma, options.setupCode)
  const publicOrigins = publicUrl === null ? [] : [new URL(publicUrl).origin]
  const auth = createBetterAuth({
    ...options,
    setUp,
    trustedOrigins: (request) => [new URL(request.url).origin, ...publicOrigins],
  })

  if (options.environment === 'LOCAL') await ensureDemoAccount(prisma)
  else await disableDemoAccount(prisma)

  const { viewerOf, signOut, withoutDead } = await createSessions(auth, options)

  function whatWentWrong(err: unknown): Response {
    if (isDatabaseAway(err)) throw err
    log.error({ err }, 'A sign-in request failed.')
    return answer(500, { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong. Try again.' })
  }

  const respond = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    if (!endpoints.has(pathname)) return answer(404, { code: 'NOT_FOUND', message: 'Not found.' })
    if (pathname === `${basePath}/sign-out`) return signOut(withOrigin(request))
    const response = await auth.handler(await withoutDead(withOrigin(request))).catch(whatWentWrong)
    // Whoever lost a race of set-ups got as far as the database, and has its complaint.
    const mayHaveLost = pathname === signUpPath && (response.status === 422 || response.status >= 500)
    if (mayHaveLost && !(await setUp.isNeeded())) return answer(403, setUpIsDone)
    // better-auth does not tell an outage from a mistake: asking the database anything does.
    if (response.status >= 500) await setUp.isNeeded()
    return response
  }

  return {
    handler: async (request) => {
      try {
        return await respond(request)
      } catch (err) {
        return isDatabaseAway(err) ? notNow(request) : whatWentWrong(err)
      }
    },

    viewerOf,

    needsSetup: () =>
      setUp.isNeeded().catch((error: unknown) => {
        if (isDatabaseAway(error)) return false
        throw error
      }),
  }
}
