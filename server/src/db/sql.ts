/**
 * Questions in SQL, past Prisma, which takes longer to load than all that a start has to ask: for what every start and
 * every look at a session needs. Written like Prisma's own: sql`SELECT … WHERE id = ${id}`. Values are sent beside the
 * text, never in it.
 */

/**
 * Rows are as Prisma's: columns with the names of `schema.prisma` (`expires_at` is `expiresAt`), instants as Dates.
 * @throws DatabaseAway while the database cannot be reached; the driver's error when the database refuses
 */
export type Sql = <Row>(text: TemplateStringsArray, ...values: unknown[]) => Promise<Row[]>

/** Postgres' number for `timestamp without time zone`, in which UTC is stored; drivers take it for the machine's zone. */
export const TIMESTAMP = 1114

/** @param text as Postgres writes it: `2025-06-06 19:30:00.123` */
export const readTimestamp = (text: string): Date => new Date(`${text.replace(' ', 'T')}Z`)

/** @param query of a driver, with parameters `$1`, `$2` … */
export const sqlOver =
  (query: (text: string, values: unknown[]) => Promise<{ rows: unknown[] }>): Sql =>
  async <Row>(parts: TemplateStringsArray, ...values: unknown[]) => {
    const text = parts.reduce((before, part, index) => `${before}$${index}${part}`)
    const { rows } = await query(text, values)
    return (rows as Record<string, unknown>[]).map((row) => withOurNames(row) as Row)
  }

const withOurNames = (row: Record<string, unknown>): object =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [ourName(name), value]))

const ourName = (column: string): string =>
  column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
