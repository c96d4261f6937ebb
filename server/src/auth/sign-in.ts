/** What better-auth and our own side of signing in agree on. Apart, because better-auth itself is loaded late. */

export const basePath = '/api/auth'

/** A session that nobody uses ends after a week. */
export const SESSION_SECONDS = 7 * 24 * 60 * 60

/** What the names of all cookies begin with. */
export const cookiePrefix = 'wheel-analyzer'

/** @param secure behind TLS: browsers take a cookie of such a name from nobody else */
export const sessionCookieName = (secure: boolean): string =>
  `${secure ? '__Secure-' : ''}${cookiePrefix}.session_token`

/** What a wrong password gets, word for word. */
export const invalidSignIn = { code: 'INVALID_EMAIL_OR_PASSWORD', message: 'Invalid email or password' }
