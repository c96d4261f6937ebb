/** Who may make an account: the first person with the set-up code, everybody else with an invitation. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Invitation } from './accounts.ts'
import { Refused } from './answers.ts'
import { emailOf, textOf, type Members } from './bodies.ts'
import type { InvitationBook } from './invitations.ts'
import type { SetUp } from './set-up.ts'
import type { Role } from './viewer.ts'

/** What the new account is to be. */
export interface Admission {
  role: Role
  invitation: Invitation | null
}

/** For better-auth's hooks, which know nothing but the row that they are about to write. */
export const admission = new AsyncLocalStorage<Admission>()

export const invitationIsGone = () =>
  new Refused(404, {
    code: 'INVITATION_GONE',
    message: 'This invitation has been used or revoked, or it is too old. Ask for another one.',
  })

const forSomebodyElse = () =>
  new Refused(403, {
    code: 'INVITATION_FOR_ANOTHER_ADDRESS',
    message: 'This invitation is for another e-mail address.',
  })

/** @throws Refused */
export async function admit(
  body: Members,
  { setUp, invitations }: { setUp: SetUp; invitations: Pick<InvitationBook, 'look'> },
): Promise<Admission> {
  if (body['invitation'] === undefined) {
    await setUp.admit(body['setupCode'])
    return { role: 'ADMINISTRATOR', invitation: null }
  }
  const invitation = await invitations.look(body['invitation'])
  if (invitation === null) throw invitationIsGone()
  if (invitation.email !== null && invitation.email !== emailOf(body)) throw forSomebodyElse()
  return { role: invitation.role, invitation }
}

const LONGEST_NAME = 100

/** As it is kept. @throws Refused */
export function nameOf(body: Members): string {
  const name = textOf(body['name']).trim()
  if (name.length >= 1 && name.length <= LONGEST_NAME) return name
  throw new Refused(400, { code: 'BAD_INPUT', message: `A name has 1 to ${LONGEST_NAME} characters.` })
}
