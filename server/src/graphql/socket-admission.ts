/** Who a client of a WebSocket is, by what it shows; or why it has to go. */
import type { IncomingMessage } from 'node:http'
import { CloseCode, type ConnectionInitMessage } from 'graphql-ws'
import type { Auth } from '../auth/auth.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import { DatabaseAway } from '../scan/errors.ts'
import type { Log } from '../scan/ports.ts'

/** The other end of a connection, before it has said who it is. */
export interface Peer {
  address: string
  /** False for pages of other origins: a browser adds the cookie without asking anybody. */
  mayUseCookie: boolean
  /** Counts the connection as this person's; false when that is one too many. */
  claim(viewerId: string): boolean
  /** It is not there any more. */
  leave(): void
}

export interface AdmissionOptions {
  auth: Pick<Auth, 'viewerOf'>
  rateLimits: Pick<RateLimits, 'take'>
  log: Log
}

/** Why a client has to go, as it is told. */
export class Dismissal {
  readonly code: number
  readonly reason: string

  constructor(code: number, reason: string) {
    this.code = code
    this.reason = reason
  }
}

const TRY_AGAIN_LATER = 1013
export const UNAUTHORIZED = new Dismissal(CloseCode.Unauthorized, 'Unauthorized')

/** Never fails. @param request the one that asked for the upgrade */
export async function admission(
  { auth, rateLimits, log }: AdmissionOptions,
  request: IncomingMessage,
  payload: ConnectionInitMessage['payload'],
  peer: Peer,
): Promise<Viewer | Dismissal> {
  try {
    // Guesses are not free.
    const { allowed } = await rateLimits.take(null, peer.address)
    if (!allowed) return new Dismissal(CloseCode.TooManyInitialisationRequests, 'Too many requests')
    return (await auth.viewerOf(credentialsOf(request, payload, peer))) ?? UNAUTHORIZED
  } catch (err) {
    if (err instanceof DatabaseAway) return new Dismissal(TRY_AGAIN_LATER, 'Try again later')
    log.error({ err }, 'A client of a WebSocket could not be looked up.')
    return new Dismissal(CloseCode.InternalServerError, 'Internal server error')
  }
}

/**
 * What the client shows: the token of its `connection_init`, which wins, or what came with the upgrade. A token that
 * is no text is a bad one, not none.
 */
function credentialsOf(
  { headers: { host, cookie, authorization } }: Pick<IncomingMessage, 'headers'>,
  payload: Readonly<Record<string, unknown>> | null | undefined,
  { mayUseCookie }: Peer,
): Headers {
  const headers = new Headers(host === undefined ? {} : { host })
  const token = payload?.['authorization'] ?? payload?.['Authorization'] ?? authorization
  if (token !== undefined && token !== null) headers.set('authorization', printable(token))
  else if (mayUseCookie && cookie !== undefined) headers.set('cookie', cookie)
  return headers
}

/** What a header can carry. */
const printable = (value: unknown) => (typeof value === 'string' ? value.replace(/[^\x20-\x7e]/g, '?') : '?')
