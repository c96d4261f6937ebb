/** A database under the watch's guard: whoever asks it anything meets an outage as `DatabaseAway`, soon. */
import type { Database } from './database.ts'
import { operatedBy } from './operated.ts'
import type { DatabaseWatch } from './watch.ts'

type Asked = Pick<Database, 'prisma' | 'sql'>

export function guarded({ prisma, sql }: Asked, watch: Pick<DatabaseWatch, 'guard'>): Asked {
  return {
    prisma: operatedBy((operation) => watch.guard(() => operation(prisma))),
    sql: (text, ...values) => watch.guard(() => sql(text, ...values)),
  }
}
