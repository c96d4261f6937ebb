/** The session cookie as better-auth writes it: a random token and its signature, `token.signature`. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { parseCookies } from 'better-auth/cookies'

export const COOKIE_PREFIX = 'wheel-analyzer'

/** Whether there is one at all, whatever it is worth. */
export function hasSessionCookie(headers: Headers): boolean {
  return headers.get('cookie')?.includes(`${COOKIE_PREFIX}.session_token=`) === true
}

/** The value of the cookie of that name; null when there is none. */
export function readCookie(headers: Pick<Headers, 'get'>, name: string): string | null {
  return parseCookies(headers.get('cookie') ?? '').get(name) ?? null
}

/**
 * The token of a cookie that was signed with the secret; null for a forgery. To the letter: base64 has several ways to
 * write a signature, and only one of them is ours, so that a session has one cookie and one fingerprint.
 */
export function tokenOf(cookie: string, secret: string): string | null {
  const end = cookie.lastIndexOf('.')
  const token = cookie.slice(0, end)
  const right = Buffer.from(createHmac('sha256', secret).update(token).digest('base64'))
  const given = Buffer.from(cookie.slice(end + 1))
  return end > 0 && given.length === right.length && timingSafeEqual(given, right) ? token : null
}
