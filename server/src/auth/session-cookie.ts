/** The session cookie as better-auth writes it: a random token and its signature, `token.signature`. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { cookiePrefix } from './sign-in.ts'

/** Whether there is one at all, whatever it is worth. */
export function hasSessionCookie(headers: Headers): boolean {
  return headers.get('cookie')?.includes(`${cookiePrefix}.session_token=`) === true
}

/** The value of the cookie of that name; null when there is none. */
export function readCookie(headers: Pick<Headers, 'get'>, name: string): string | null {
  const pairs = (headers.get('cookie') ?? '').split(';').flatMap((pair) => {
    const equals = pair.indexOf('=')
    const value = withoutBlanks(pair.slice(equals + 1)).replace(/^"(.*)"$/, '$1')
    return equals >= 0 && withoutBlanks(pair.slice(0, equals)) === name && isCookieValue.test(value)
      ? [value]
      : []
  })
  const [value] = pairs.slice(-1)
  return value === undefined ? null : decoded(value)
}

/** As better-auth reads it: the two must never see different cookies in one request. */
const isCookieValue = /^[\x20\x21\x23-\x3A\x3C-\x5B\x5D-\x7E]*$/

/** A pattern for the end would take a long row of blanks quadratic time. */
function withoutBlanks(text: string): string {
  const isBlank = (at: number) => text[at] === ' ' || text[at] === '\t'
  let start = 0
  let end = text.length
  while (isBlank(start)) start += 1
  while (end > start && isBlank(end - 1)) end -= 1
  return text.slice(start, end)
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
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
