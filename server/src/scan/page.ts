/** Long lists, a page at a time, newest first: by what the last one was, so that what is new meanwhile moves nothing. */

/** Where a page begins: after this one. */
export interface Cursor {
  at: Date
  id: string
}

export interface PageRequest {
  /** 1 to 100. */
  first: number
  after: Cursor | null
}

export interface Page<T> {
  items: T[]
  hasNextPage: boolean
}

/** Of rows that were asked for one too many, to see whether there are more. */
export function pageOf<T>(rows: T[], first: number): Page<T> {
  return { items: rows.slice(0, first), hasNextPage: rows.length > first }
}
