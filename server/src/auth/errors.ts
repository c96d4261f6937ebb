/** What was asked of an account cannot be done. The message is a sentence for the person; `code` tells programs. */

export type AccountFault =
  | 'NOT_FOUND'
  | 'BAD_INPUT'
  | 'WRONG_PASSWORD'
  | 'LAST_ADMINISTRATOR'
  | 'DEMO_ACCOUNT'
  | 'ALREADY_MEMBER'
  | 'TOO_MANY_ATTEMPTS'

export class AccountError extends Error {
  override name = 'AccountError'
  readonly code: AccountFault
  /** When it is worth trying again; null when waiting does not help. */
  readonly retryAfterSeconds: number | null

  constructor(code: AccountFault, message: string, { retryAfterSeconds = null as number | null } = {}) {
    super(message)
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
  }
}
