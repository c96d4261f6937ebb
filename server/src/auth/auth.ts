/** Who is asking, and everything about accounts: the parts, put together. */
import { isDatabaseAway } from '../db/away.ts'
import type { Database } from '../db/database.ts'
import type { Counters } from '../limits/counters.ts'
import type { Mailer } from '../mail/mailer.ts'
import { DatabaseAway } from '../scan/errors.ts'
import type { Clock, Log } from '../scan/ports.ts'
import type { Accounts } from './accounts.ts'
import { answer, Refused } from './answers.ts'
import { createApiTokens } from './api-tokens.ts'
import { createAuditLog } from './audit.ts'
import { keepAuditFor } from './audit-retention.ts'
import type { BetterAuth } from './better-auth.ts'
import { createBrowserSessions } from './browser-sessions.ts'
import { createCredentials, type Credentials } from './credentials.ts'
import { disableDemoAccount, ensureDemoAccount } from './demo-account.ts'
import { createEndpoints } from './endpoints.ts'
import { AccountError } from './errors.ts'
import { createInvitations } from './invitations.ts'
import { createUnlessOvertaken } from './overtaken.ts'
import { createPasswordResets } from './password-resets.ts'
import { createPasswords } from './passwords.ts'
import { createPeople } from './people.ts'
import type { RevocationBook } from './revocations.ts'
import { createSetUp } from './set-up.ts'
import { basePath } from './sign-in.ts'
import { createThrottle } from './throttle.ts'

export interface AuthOptions extends Pick<Database, 'prisma' | 'sql' | 'afterOutage'> {
  revocations: RevocationBook
  /** Of attempts to sign in. */
  counters: Counters
  /** Null: links are handed out, not sent. */
  mailer: Mailer | null
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
  /** The header in which the edge puts the address of the client; forwarding headers are not believed. */
  clientAddressHeader: string
  /** Attempts to sign in, join or reset a password from one address; 0: no limit. */
  signInsPerMinute: number
  /** How long the audit log is kept. */
  auditDays: number
  log: Log
}

export interface Auth extends Pick<Credentials, 'viewerOf' | 'credentialOf' | 'join' | 'watch'> {
  /** Answers `/api/auth/*`, as `endpoints.ts` has it. Anything else is not found. Never throws. */
  handler(request: Request): Promise<Response>
  /** True as long as nobody but the demo account is administrator; false when that cannot be known now. */
  needsSetup(): Promise<boolean>
  accounts: Accounts
  close(): Promise<void>
}

/** What nobody can do without the database, and says so. */
const entrances = new Set([`${basePath}/sign-up/email`, `${basePath}/sign-in/email`])

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
  const { prisma, publicUrl, counters, environment, setupCode, log } = options
  const publicOrigins = publicUrl === null ? [] : [new URL(publicUrl).origin]
  let loading: Promise<BetterAuth> | undefined
  const load = async (): Promise<BetterAuth> => {
    const { createBetterAuth } = await import('./better-auth.ts')
    return createBetterAuth({
      ...options,
      trustedOrigins: (request) => [new URL(request.url).origin, ...publicOrigins],
    })
  }
  /** Loaded for the first who signs in or out: who is signed in is looked up without it. */
  const betterAuth = async (request: Request): Promise<Response> =>
    (await (loading ??= load())).handler(request)

  if (environment === 'LOCAL') await ensureDemoAccount(options)
  else await disableDemoAccount(options)

  const audit = createAuditLog(options)
  const common = { ...options, audit }
  const throttle = createThrottle(counters)
  const setUp = createSetUp(options.sql, setupCode)
  const tokens = createApiTokens(common)
  const invitations = createInvitations(common)
  const passwordResets = createPasswordResets(common)
  const browserSessions = createBrowserSessions(common)
  const credentials = createCredentials({ ...options, signOut: betterAuth, tokens })
  const stopForgetting = keepAuditFor({ ...options, days: options.auditDays })

  /** better-auth does not tell an outage from a mistake: asking the database anything does. */
  const ask = async (request: Request): Promise<Response> => {
    const response = await betterAuth(await credentials.withoutDead(withOrigin(request)))
    if (response.status >= 500) await setUp.isNeeded()
    return response
  }
  const endpoints = createEndpoints({
    ...common,
    ask,
    unlessOvertaken: createUnlessOvertaken(prisma),
    credentials: { ...credentials, signOut: (request) => credentials.signOut(withOrigin(request)) },
    setUp,
    invitations,
    passwordResets,
    throttle,
  })

  function refusalOf(error: unknown, request: Request): Response {
    if (isDatabaseAway(error)) return notNow(request)
    if (error instanceof Refused) return answer(error.status, { code: error.code, message: error.message })
    if (error instanceof AccountError) return answer(400, { code: error.code, message: error.message })
    log.error({ err: error }, 'A sign-in request failed.')
    return answer(500, { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong. Try again.' })
  }

  return {
    async handler(request) {
      try {
        return (await endpoints(request)) ?? answer(404, { code: 'NOT_FOUND', message: 'Not found.' })
      } catch (error) {
        return refusalOf(error, request)
      }
    },

    viewerOf: credentials.viewerOf,
    credentialOf: credentials.credentialOf,
    join: credentials.join,
    watch: credentials.watch,

    needsSetup: () =>
      setUp.isNeeded().catch((error: unknown) => {
        if (isDatabaseAway(error)) return false
        throw error
      }),

    accounts: {
      people: createPeople(common),
      invitations,
      passwordResets,
      browserSessions,
      passwords: createPasswords({ ...common, browserSessions, throttle }),
      tokens,
      audit,
    },

    async close() {
      stopForgetting()
      credentials.close()
    },
  }
}
