/** JSON bodies of the sign-in endpoints: what is looked at here is what better-auth gets, and nothing else. */
import { Refused } from './answers.ts'

export type Members = Record<string, unknown>

/** The members of a JSON object. @throws Refused when it is none */
export async function membersOf(request: Request): Promise<Members> {
  // better-auth takes forms as well, which would pass by everything that is counted by account.
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? ''))
    throw new Refused(415, { code: 'UNSUPPORTED_MEDIA_TYPE', message: 'Only JSON is understood here.' })
  const body: unknown = await request.json().catch(() => null)
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Refused(400, { code: 'BAD_INPUT', message: 'A JSON object is wanted.' })
  // Postgres keeps no such text.
  if (Object.values(body).some((value) => typeof value === 'string' && value.includes('\0')))
    throw new Refused(400, { code: 'BAD_INPUT', message: 'A text may not contain the character NUL.' })
  return { ...body }
}

/** The same request with another body. */
export function withMembers({ url, headers, signal }: Request, members: Members): Request {
  const own = new Headers(headers)
  own.delete('content-length')
  return new Request(url, { method: 'POST', headers: own, body: JSON.stringify(members), signal })
}

export const textOf = (value: unknown) => (typeof value === 'string' ? value : '')

/** As it is kept: trimmed, in lower case. */
export const emailOf = ({ email }: Members) => textOf(email).trim().toLowerCase()
