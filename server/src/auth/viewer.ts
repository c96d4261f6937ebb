/** The person who asks, by which credential, and what that allows. */

/** What a person may do: administrators everything, traders scan, viewers look. */
export type Role = 'ADMINISTRATOR' | 'TRADER' | 'VIEWER'

/** What a credential may do; each includes those before it. */
export const scopes = ['READ', 'SCAN', 'ADMIN'] as const
export type Scope = (typeof scopes)[number]

/** What a viewer is known by: a signed-in browser, or a program's API token. */
export type Credential =
  | {
      kind: 'SESSION'
      id: string
      /** Later, when the page has asked for `/api/auth/get-session` in the meantime. */
      expiresAt: Date
    }
  | {
      kind: 'TOKEN'
      id: string
      /** Null: never. */
      expiresAt: Date | null
    }

/** A person who is signed in, or on whose behalf a program asks. */
export interface Viewer {
  id: string
  email: string
  name: string
  role: Role
  isDemo: boolean
  credential: Credential
  /** What may be done with this credential, at most what the role allows. */
  scopes: ReadonlySet<Scope>
}

const highest: Record<Role, Scope> = { VIEWER: 'READ', TRADER: 'SCAN', ADMINISTRATOR: 'ADMIN' }

/** @param ofToken what the token was made for; a session has everything that the role allows */
export function scopesOf(role: Role, ofToken: readonly Scope[] = scopes): ReadonlySet<Scope> {
  const upTo = (scope: Scope) => scopes.indexOf(scope)
  const most = Math.min(upTo(highest[role]), Math.max(-1, ...ofToken.map(upTo)))
  return new Set(scopes.slice(0, most + 1))
}

/** @param ofToken as for `scopesOf` */
export function viewerFrom(
  { id, email, name, role, isDemo }: Pick<Viewer, 'id' | 'email' | 'name' | 'role' | 'isDemo'>,
  credential: Credential,
  ofToken?: readonly Scope[],
): Viewer {
  return { id, email, name, role, isDemo, credential, scopes: scopesOf(role, ofToken) }
}
