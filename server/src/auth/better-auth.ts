/** better-auth, set up for us: e-mail and password, sessions in the database, and nothing that we don't use. Loaded late. */
import { betterAuth } from 'better-auth'
import { prismaAdapter } from 'better-auth/adapters/prisma'
import { APIError } from 'better-auth/api'
import { isDatabaseAway } from '../db/away.ts'
import type { PrismaClient } from '../db/database.ts'
import type { Log } from '../scan/ports.ts'
import { admission } from './join.ts'
import { basePath, cookiePrefix, invalidSignIn, SESSION_SECONDS } from './sign-in.ts'

export interface BetterAuthOptions {
  prisma: PrismaClient
  /** Signs cookies: at least 32 random characters. */
  secret: string
  /** Origins that may send cookies with a request, e.g. `https://wheel.example.com`. */
  trustedOrigins: (request: Request) => string[]
  /** True behind TLS: cookies are then never sent without it. */
  secureCookies: boolean
  /** The header in which the edge puts the address of the socket; forwarding headers are not believed. */
  clientAddressHeader: string
  log: Log
}

const signUpIsNotHere = { code: 'SIGN_UP_CLOSED', message: 'Accounts are made by invitation.' }

export type BetterAuth = ReturnType<typeof createBetterAuth>

export function createBetterAuth(options: BetterAuthOptions) {
  const { prisma, log } = options
  return betterAuth({
    appName: 'Wheel Analyzer',
    basePath,
    // Only links in e-mails and to other providers would need the real one. No request can come from this origin.
    baseURL: 'http://wheel-analyzer.invalid',
    secret: options.secret,
    trustedOrigins: (request) => (request ? options.trustedOrigins(request) : []),
    // One transaction: there is no administrator without a password.
    database: prismaAdapter(prisma, { provider: 'postgresql', transaction: true }),
    telemetry: { enabled: false },
    emailAndPassword: { enabled: true },
    user: {
      additionalFields: {
        role: {
          type: ['ADMINISTRATOR', 'TRADER', 'VIEWER'],
          required: true,
          defaultValue: 'VIEWER',
          input: false,
        },
        isDemo: { type: 'boolean', required: true, defaultValue: false, input: false },
        disabled: { type: 'boolean', required: true, defaultValue: false, input: false },
        founder: { type: 'boolean', required: false, input: false, returned: false },
        invitationId: { type: 'string', required: false, input: false, returned: false },
      },
    },
    // No copy of the session in a cookie: a session that is ended is ended at once.
    session: { expiresIn: SESSION_SECONDS, cookieCache: { enabled: false } },
    // Ours stand before it, and are shared by all servers.
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix,
      useSecureCookies: options.secureCookies,
      ipAddress: { ipAddressHeaders: [options.clientAddressHeader] },
      // Said, because better-auth leaves both checks out when NODE_ENV is `test`.
      disableOriginCheck: false,
      disableCSRFCheck: false,
    },
    databaseHooks: {
      user: {
        create: {
          before: async (user) => {
            const admitted = admission.getStore()
            if (admitted === undefined) throw APIError.from('FORBIDDEN', signUpIsNotHere)
            const { role, invitation } = admitted
            // Both are unique: of several first people, or several with one invitation, the database lets one in.
            const ticket = invitation === null ? { founder: true } : { invitationId: invitation.id }
            return { data: { ...user, role, ...ticket } }
          },
        },
      },
      session: {
        create: {
          before: async (session, context) => {
            const user = await context?.context.internalAdapter.findUserById(session.userId)
            if (!user || ('disabled' in user && user.disabled === true))
              throw APIError.from('UNAUTHORIZED', invalidSignIn)
          },
        },
      },
    },
    // What is no answer of its own is thrown to us, who know an outage when we see one.
    onAPIError: { throw: true },
    logger: {
      // No `level`: warnings are the default, and saying so also prints every refused request to the console.
      log: (level, message, ...details) => {
        // The database's outages are told once, where they are noticed; and of a join that failed, the error is thrown.
        if (details.some(isDatabaseAway) || message.startsWith('Failed to query fallback join')) return
        const err = details.find((detail) => detail instanceof Error)
        log[level === 'error' ? 'error' : 'warn'](err ? { err } : {}, `Sign-in: ${message}`)
      },
    },
  })
}
