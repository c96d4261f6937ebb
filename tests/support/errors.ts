/** Everything that a log could show of an error, causes included. */
export function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return `${error.message} ${error.stack} ${JSON.stringify(error)} ${everythingIn(error.cause)}`
}
