/** Refused sign-ins in the audit log: each of them, until there are so many that they are there to fill the disk. */
import type { Counters } from '../limits/counters.ts'
import type { AuditLog } from './audit.ts'

export interface RefusedSignInsOptions {
  counters: Counters
  audit: Pick<AuditLog, 'write'>
}

const MOST_A_MINUTE = 60
const MINUTE_MS = 60_000
/** What somebody typed is shown up to here. */
const SHOWN = 100

/** @returns notes one */
export function createRefusedSignIns({ counters, audit }: RefusedSignInsOptions) {
  return async (email: string, address: string): Promise<void> => {
    const { count } = await counters.add('refused-sign-ins', 1, MINUTE_MS)
    const common = { action: 'SIGN_IN_REFUSED', actor: null } as const
    if (count <= MOST_A_MINUTE) {
      const summary = `Somebody could not sign in as “${email.slice(0, SHOWN)}”.`
      await audit.write({ ...common, summary, address })
    } else if (count === MOST_A_MINUTE + 1) {
      const summary = `More than ${MOST_A_MINUTE} sign-ins were refused within a minute: the others are not listed.`
      await audit.write({ ...common, summary })
    }
  }
}
