/** A page of a long list as a part of a query: newest first by the instant of that name, and within one instant by id. */
import type { PageRequest } from '../scan/page.ts'

export function newestFirst<Field extends string>(field: Field, { first, after }: PageRequest) {
  const by = <T>(value: T) => ({ [field]: value }) as Record<Field, T>
  return {
    /** What comes after the page before. */
    where: after === null ? {} : { OR: [by({ lt: after.at }), { ...by(after.at), id: { lt: after.id } }] },
    orderBy: [by('desc' as const), { id: 'desc' as const }],
    // One too many shows whether there are more.
    take: first + 1,
  }
}
