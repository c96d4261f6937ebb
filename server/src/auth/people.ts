/** The people of an installation: their roles, and whether they may sign in at all. */
import type { PrismaClient } from '../db/database.ts'
import type { Prisma } from '../db/generated/client.ts'
import { newestFirst } from '../db/newest-first.ts'
import { pageOf } from '../scan/page.ts'
import type { People, Person } from './accounts.ts'
import type { AuditLog } from './audit.ts'
import { AccountError } from './errors.ts'
import type { Revocations } from './revocations.ts'
import type { Role } from './viewer.ts'

export interface PeopleOptions {
  prisma: PrismaClient
  revocations: Pick<Revocations, 'revoke'>
  audit: Pick<AuditLog, 'write'>
}

const shown = {
  id: true,
  email: true,
  name: true,
  role: true,
  isDemo: true,
  disabled: true,
  createdAt: true,
} as const

const roleNames: Record<Role, string> = {
  ADMINISTRATOR: 'an administrator',
  TRADER: 'a trader',
  VIEWER: 'a viewer',
}

/** Any number that nobody else locks with. */
const ADMINISTRATORS_LOCK = 7_201

export const noSuchPerson = () => new AccountError('NOT_FOUND', 'There is no such person.')
export const demoStays = () =>
  new AccountError('DEMO_ACCOUNT', 'The demo account stays as it is. It exists in LOCAL only.')

export function createPeople({ prisma, revocations, audit }: PeopleOptions): People {
  /** One at a time, on all servers: two administrators who demote each other would leave none. */
  function change(id: string, data: Pick<Prisma.UserUpdateInput, 'role' | 'disabled'>): Promise<Person> {
    return prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT pg_advisory_xact_lock(${ADMINISTRATORS_LOCK}::int)::text`
      const before = await transaction.user.findUnique({ where: { id }, select: shown })
      if (before === null) throw noSuchPerson()
      if (before.isDemo) throw demoStays()
      const after = await transaction.user.update({ where: { id }, data, select: shown })
      const governs = (person: Person) => person.role === 'ADMINISTRATOR' && !person.disabled
      const others = { id: { not: id }, role: 'ADMINISTRATOR', disabled: false, isDemo: false } as const
      if (governs(before) && !governs(after) && (await transaction.user.count({ where: others })) === 0) {
        throw new AccountError(
          'LAST_ADMINISTRATOR',
          'This is the last administrator. Make somebody else an administrator first.',
        )
      }
      if (governs(before) && !governs(after)) {
        // Links that they handed out would be a way back.
        await transaction.invitation.deleteMany({ where: { invitedById: id } })
        await transaction.passwordReset.deleteMany({ where: { givenById: id } })
      }
      if (after.disabled) await transaction.session.deleteMany({ where: { userId: id } })
      return after
    })
  }

  return {
    async list(page) {
      const rows = await prisma.user.findMany({ ...newestFirst('createdAt', page), select: shown })
      return pageOf(rows, page.first)
    },

    async changeRole({ viewer, address }, id, role) {
      const person = await change(id, { role })
      await revocations.revoke([id])
      const summary = `Made ${person.name} (${person.email}) ${roleNames[role]}.`
      await audit.write({ action: 'ROLE_CHANGED', actor: viewer, summary, address })
      return person
    },

    async setDisabled({ viewer, address }, id, disabled) {
      const person = await change(id, { disabled })
      await revocations.revoke([id])
      const action = disabled ? 'PERSON_DISABLED' : 'PERSON_ENABLED'
      const summary = `${disabled ? 'Disabled' : 'Enabled'} ${person.name} (${person.email}).`
      await audit.write({ action, actor: viewer, summary, address })
      return person
    },
  }
}
