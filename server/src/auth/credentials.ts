/** The person behind a session cookie or an API token, remembered for a moment; and the end of a session by sign-out. */
import { isDatabaseAway } from '../db/away.ts'
import type { Database } from '../db/database.ts'
import type { Session, User } from '../db/generated/client.ts'
import { DatabaseAway } from '../scan/errors.ts'
import type { Clock } from '../scan/ports.ts'
import { looksLikeToken, type ApiTokens } from './api-tokens.ts'
import { createCredentialMemory, fingerprintOf, type Verified } from './remembered.ts'
import type { RevocationBook } from './revocations.ts'
import { readCookie, tokenOf } from './session-cookie.ts'
import { SESSION_SECONDS, sessionCookieName } from './sign-in.ts'
import { viewerFrom, type Viewer } from './viewer.ts'
import { createWatched, type Watched } from './watched.ts'

export interface CredentialsOptions extends Pick<Database, 'prisma' | 'sql' | 'afterOutage'> {
  /** better-auth's endpoint. */
  signOut: (request: Request) => Promise<Response>
  tokens: Pick<ApiTokens, 'verify'>
  revocations: RevocationBook
  clock: Pick<Clock, 'now'>
  /** Signs cookies. */
  secret: string
  /** True behind TLS. */
  secureCookies: boolean
}

/** Something that a client has shown. */
export interface Credential {
  /** As `viewerOf`. */
  viewer(): Promise<Viewer | null>
  /** At once, when it was verified a moment ago; null when it has to be asked for. */
  peek(): Viewer | null
}

export interface Credentials extends Pick<Watched, 'join' | 'watch' | 'close'> {
  /**
   * Null when there is no credential, or none that is good (signed out, expired, revoked, disabled). A token, where
   * there is one, is what counts: a bad one is not made up for by a cookie.
   * @throws DatabaseAway when it can neither be looked up nor be remembered
   */
  viewerOf(headers: Pick<Headers, 'get'>): Promise<Viewer | null>
  /** For whatever comes with the same credential again and again: nothing of it is read twice. */
  credentialOf(headers: Pick<Headers, 'get'>): Credential
  /** Answers the request. Whoever signs out is out: on every server, and also when the database cannot be told now. */
  signOut(request: Request): Promise<Response>
  /** The request, without the cookie of a session that was signed out while the database was away. */
  withoutDead(request: Request): Promise<Request>
}

type SessionOfUser = Pick<Session, 'id' | 'expiresAt' | 'userId'> &
  Pick<User, 'email' | 'name' | 'role' | 'isDemo' | 'disabled'>

const nobody: Credential = { viewer: async () => null, peek: () => null }

export function createCredentials(options: CredentialsOptions): Credentials {
  const { tokens, prisma, sql, afterOutage, revocations, clock, secret } = options
  const cookieName = sessionCookieName(options.secureCookies)
  const memory = createCredentialMemory<Viewer>(options)
  /** How each viewer came to be known. */
  const sources = new WeakMap<Viewer, () => Promise<Viewer | null>>()
  const watched = createWatched({ again: async (viewer) => sources.get(viewer)?.() ?? null })
  const unsubscribe = revocations.onRevoked((ids) => watched.revoked(ids))

  /** Not by better-auth, which would renew the session: that is for the page to ask for. */
  async function lookUp(cookie: string): Promise<Verified<Viewer> | null> {
    const token = tokenOf(cookie, secret)
    if (token === null) return null
    const [session] = await sql<SessionOfUser>`
      SELECT sessions.id, expires_at, user_id, email, users.name, role, is_demo, disabled
      FROM sessions JOIN users ON users.id = user_id WHERE token = ${token}`
    if (session === undefined || session.disabled || session.expiresAt.getTime() <= clock.now()) return null
    const { id, expiresAt, userId } = session
    const value = viewerFrom({ ...session, id: userId }, { kind: 'SESSION', id, expiresAt })
    return { value, ids: [id, userId], expiresAt }
  }

  function known(credential: string, verify: () => Promise<Verified<Viewer> | null>): Credential {
    const fingerprint = fingerprintOf(credential)
    const verified = () =>
      verify().catch((error: unknown) => {
        throw isDatabaseAway(error) ? new DatabaseAway({ cause: error }) : error
      })
    const ask = async (): Promise<Viewer | null> => {
      const viewer = await memory.get(fingerprint, verified)
      if (viewer !== null && !sources.has(viewer)) sources.set(viewer, ask)
      return viewer
    }
    return { viewer: ask, peek: () => memory.peek(fingerprint) }
  }

  function ofSession(headers: Pick<Headers, 'get'>): Credential {
    const cookie = readCookie(headers, cookieName)
    return cookie === null ? nobody : known(cookie, () => lookUp(cookie))
  }

  function credentialOf(headers: Pick<Headers, 'get'>): Credential {
    const bearer = /^bearer(?:\s+(.*))?$/i.exec(headers.get('authorization')?.trim() ?? '')
    if (bearer === null) return ofSession(headers)
    const [, token = ''] = bearer
    return looksLikeToken(token) ? known(token, () => tokens.verify(token)) : nobody
  }

  return {
    credentialOf,
    viewerOf: async (headers) => credentialOf(headers).viewer(),

    join: watched.join,
    watch: watched.watch,

    async signOut(request) {
      const cookie = readCookie(request.headers, cookieName)
      const token = cookie === null ? null : tokenOf(cookie, secret)
      const viewer =
        token === null
          ? null
          : await ofSession(request.headers)
              .viewer()
              .catch(() => null)
      const response = await options.signOut(request)
      if (cookie === null || token === null || !response.ok) return response
      await revocations.end(fingerprintOf(cookie), clock.now() + SESSION_SECONDS * 1000)
      if (viewer !== null) await revocations.revoke([viewer.credential.id])
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

    close() {
      unsubscribe()
      watched.close()
    },
  }
}
