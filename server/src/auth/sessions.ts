/** Sessions: the person behind a cookie, remembered for a moment, and the end of a session that the person ends. */
import { isDatabaseAway } from '../db/away.ts'
import type { Database } from '../db/client.ts'
import { DatabaseAway } from '../scan/errors.ts'
import type { Clock } from '../scan/ports.ts'
import type { Viewer } from './auth.ts'
import { SESSION_SECONDS, type BetterAuth } from './better-auth.ts'
import { createCredentialMemory, fingerprintOf, type Verified } from './remembered.ts'
import type { RevocationBook } from './revocations.ts'
import { readCookie, tokenOf } from './session-cookie.ts'

export interface SessionsOptions extends Pick<Database, 'prisma' | 'afterOutage'> {
  revocations: RevocationBook
  clock: Pick<Clock, 'now'>
  /** Signs cookies. */
  secret: string
}

export interface Sessions {
  /** Null when signed out, expired or disabled. @throws DatabaseAway */
  viewerOf(headers: Headers): Promise<Viewer | null>
  /** Answers the request. Whoever signs out is out: on every server, and also when the database cannot be told now. */
  signOut(request: Request): Promise<Response>
  /** The request, without the cookie of a session that was signed out while the database was away. */
  withoutDead(request: Request): Promise<Request>
}

export async function createSessions(auth: BetterAuth, options: SessionsOptions): Promise<Sessions> {
  const { prisma, afterOutage, revocations, clock, secret } = options
  const { name: cookieName } = (await auth.$context).authCookies.sessionToken
  const memory = createCredentialMemory<Viewer>(options)

  async function lookUp(headers: Headers, cookie: string): Promise<Verified<Viewer> | null> {
    const token = tokenOf(cookie, secret)
    if (token === null) return null
    const found = await auth.api
      .getSession({ headers, query: { disableRefresh: true } })
      .catch((error: unknown) => {
        throw isDatabaseAway(error) ? new DatabaseAway({ cause: error }) : error
      })
    if (!found || found.user.disabled || found.session.token !== token) return null
    const { user, session } = found
    const value: Viewer = {
      id: user.id,
      email: user.email,
      name: user.name,
      role: user.role,
      isDemo: user.isDemo,
      sessionId: session.id,
      sessionExpiresAt: session.expiresAt,
    }
    return { value, ids: [session.id, user.id], expiresAt: session.expiresAt }
  }

  async function viewerOf(headers: Headers): Promise<Viewer | null> {
    const cookie = readCookie(headers, cookieName)
    return cookie === null ? null : memory.get(fingerprintOf(cookie), () => lookUp(headers, cookie))
  }

  return {
    viewerOf,

    async signOut(request) {
      const cookie = readCookie(request.headers, cookieName)
      const token = cookie === null ? null : tokenOf(cookie, secret)
      const viewer = token === null ? null : await viewerOf(request.headers).catch(() => null)
      const response = await auth.handler(request)
      if (cookie === null || token === null || !response.ok) return response
      await revocations.end(fingerprintOf(cookie), clock.now() + SESSION_SECONDS * 1000)
      if (viewer !== null) await revocations.revoke([viewer.sessionId])
      const forget = () => prisma.session.deleteMany({ where: { token } })
      await forget().catch((error: unknown) => {
        if (!isDatabaseAway(error)) throw error
        afterOutage(forget)
      })
      return response
    },

    async withoutDead(request) {
      const cookie = readCookie(request.headers, cookieName)
      if (cookie === null) return request
      const isForged = tokenOf(cookie, secret) === null
      if (!isForged && !(await revocations.isEnded(fingerprintOf(cookie)))) return request
      const headers = new Headers(request.headers)
      headers.delete('cookie')
      return new Request(request, { headers })
    },
  }
}
