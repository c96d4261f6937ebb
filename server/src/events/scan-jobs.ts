/** How often a job of a scan is tried, in whatever queue. */

export const ATTEMPTS = 4

const FIRST_WAIT_MS = 250

/** Milliseconds to wait after so many attempts: doubling. */
export function backoffMs(made: number): number {
  return FIRST_WAIT_MS * 2 ** (made - 1)
}
