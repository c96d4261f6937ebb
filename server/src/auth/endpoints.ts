/** `/api/auth/*`: what can be asked for before anybody is signed in, each with its limits and its line in the audit log. */
import type { Counters } from '../limits/counters.ts'
import { networkOf } from '../limits/network.ts'
import { answer, Refused, tooManyAttempts } from './answers.ts'
import type { AuditLog } from './audit.ts'
import { emailOf, membersOf, textOf, withMembers, type Members } from './bodies.ts'
import type { Credentials } from './credentials.ts'
import type { InvitationBook } from './invitations.ts'
import { admission, admit, invitationIsGone, nameOf } from './join.ts'
import type { UnlessOvertaken } from './overtaken.ts'
import type { PasswordResetBook } from './password-resets.ts'
import { createRefusedSignIns } from './refused-sign-ins.ts'
import { setUpIsDone, type SetUp } from './set-up.ts'
import { basePath } from './sign-in.ts'
import type { Throttle } from './throttle.ts'

export interface EndpointsOptions {
  /** better-auth's own endpoints. Rejects with what is no answer. */
  ask: (request: Request) => Promise<Response>
  unlessOvertaken: UnlessOvertaken
  credentials: Pick<Credentials, 'viewerOf' | 'signOut'>
  setUp: SetUp
  invitations: InvitationBook
  passwordResets: PasswordResetBook
  throttle: Throttle
  counters: Counters
  audit: Pick<AuditLog, 'write'>
  /** The header in which the edge puts the address of the client. */
  clientAddressHeader: string
  /** From one address; 0: no limit. */
  signInsPerMinute: number
}

export interface Asked {
  request: Request
  body: Members
  address: string
}

type Endpoint = (asked: Asked) => Promise<Response>

const MINUTE_MS = 60_000

/** Null for an address at which there is nothing. @throws Refused, AccountError, and whatever `ask` throws */
export function createEndpoints(options: EndpointsOptions): (request: Request) => Promise<Response | null> {
  const { ask, unlessOvertaken, credentials, setUp, invitations, passwordResets, throttle, counters, audit } =
    options
  const noteRefused = createRefusedSignIns(options)

  const signIn: Endpoint = async ({ request, body, address }) => {
    const email = emailOf(body)
    const seconds = await throttle.begin(email, address)
    if (seconds > 0) return tooManyAttempts(seconds)
    const account = { email, password: textOf(body['password']) }
    const signedIn = unlessOvertaken(email, () => ask(withMembers(request, account)))
    const response = await signedIn.catch(async (error: unknown) => {
      // An outage is no wrong password.
      await throttle.withdrawn(email, address)
      throw error
    })
    if (response.ok) {
      await throttle.succeeded(email, address)
      await audit.write({
        action: 'SIGNED_IN',
        actor: await personIn(response),
        summary: 'Signed in.',
        address,
      })
    } else if (response.status === 401) await noteRefused(email, address)
    else await throttle.withdrawn(email, address)
    return response
  }

  const signUp: Endpoint = async ({ request, body, address }) => {
    const admitted = await admit(body, { setUp, invitations })
    const { invitation, role } = admitted
    const account = { name: nameOf(body), email: emailOf(body), password: textOf(body['password']) }
    const response = await admission.run(admitted, () => ask(withMembers(request, account)))
    if (response.ok) {
      const actor = await personIn(response)
      if (invitation !== null && actor !== null && !(await invitations.use(invitation.id, actor.id)))
        throw invitationIsGone()
      await audit.write(
        invitation === null
          ? { action: 'SET_UP', actor, summary: 'Set the installation up.', address }
          : { action: 'JOINED', actor, summary: `Joined as ${role.toLowerCase()}, by invitation.`, address },
      )
      return response
    }
    // Whoever lost a race got as far as the database, and has its complaint.
    if (response.status !== 422 && response.status < 500) return response
    if (invitation === null && !(await setUp.isNeeded())) throw setUpIsDone()
    if (invitation !== null && (await invitations.look(body['invitation'])) === null) throw invitationIsGone()
    return response
  }

  const signOut = async (request: Request, address: string): Promise<Response> => {
    const viewer = await credentials.viewerOf(request.headers).catch(() => null)
    const response = await credentials.signOut(request)
    if (response.ok && viewer !== null)
      await audit.write({ action: 'SIGNED_OUT', actor: viewer, summary: 'Signed out.', address })
    return response
  }

  const look: Endpoint = async ({ body }) => {
    const invitation = await invitations.look(body['invitation'])
    if (invitation === null) throw invitationIsGone()
    const { email, role, expiresAt } = invitation
    return answer(200, { email, role, expiresAt })
  }

  /** The same answer, in the same time, whoever that is. */
  const requestReset: Endpoint = async ({ body, address }) => {
    await passwordResets.sendTo(emailOf(body), address)
    return answer(202, {})
  }

  const reset: Endpoint = async ({ body, address }) => {
    if (await passwordResets.redeem(body['token'], textOf(body['password']), address)) return answer(200, {})
    throw new Refused(404, {
      code: 'RESET_LINK_GONE',
      message: 'This link has been used or replaced, or it is too old. Ask for another one.',
    })
  }

  const posts: Record<string, Endpoint> = {
    '/sign-in/email': limited(signIn),
    '/sign-up/email': limited(signUp),
    '/invitation': limited(look),
    '/request-password-reset': limited(requestReset),
    '/reset-password': limited(reset),
  }
  const gets = new Set(['/get-session', '/ok'])

  /** So many a minute from one address, whatever they are. */
  function limited(endpoint: Endpoint): Endpoint {
    const { signInsPerMinute: most } = options
    return async (asked) => {
      if (most === 0) return endpoint(asked)
      const { count, resetMs } = await counters.add(`sign-ins:${networkOf(asked.address)}`, 1, MINUTE_MS)
      return count > most ? tooManyAttempts(Math.max(1, Math.ceil(resetMs / 1000))) : endpoint(asked)
    }
  }

  return async (request) => {
    const path = new URL(request.url).pathname.slice(basePath.length)
    if (request.method === 'GET' && gets.has(path)) return ask(request)
    if (request.method !== 'POST') return null
    const address = request.headers.get(options.clientAddressHeader) ?? ''
    if (path === '/sign-out') return signOut(request, address)
    const endpoint = Object.hasOwn(posts, path) ? posts[path] : undefined
    return endpoint === undefined ? null : endpoint({ request, body: await membersOf(request), address })
  }
}

/** Whom better-auth has just signed in. */
async function personIn(response: Response): Promise<{ id: string; name: string } | null> {
  const { user } = (await response.clone().json()) as { user?: { id: string; name: string } }
  return user ?? null
}
