/** What can be done with accounts, for GraphQL: who may do it is decided there, what is possible is decided here. */
import type { ApiTokens } from './api-tokens.ts'
import type { AuditLog } from './audit.ts'
import type { Page, PageRequest } from '../scan/page.ts'
import type { Role, Viewer } from './viewer.ts'

/** Who does something, and from where. */
export interface Actor {
  viewer: Viewer
  /** IP address. */
  address: string
}

/** An account, as administrators see it. */
export interface Person {
  id: string
  email: string
  name: string
  role: Role
  isDemo: boolean
  /** Cannot sign in; tokens do not work. */
  disabled: boolean
  createdAt: Date
}

export interface People {
  /** Newest first. */
  list(page: PageRequest): Promise<Page<Person>>
  /**
   * Links that somebody handed out as administrator end with that role.
   * @throws AccountError NOT_FOUND, LAST_ADMINISTRATOR, DEMO_ACCOUNT
   */
  changeRole(actor: Actor, id: string, role: Role): Promise<Person>
  /** Disabling ends everything that runs on that account. @throws AccountError as above */
  setDisabled(actor: Actor, id: string, disabled: boolean): Promise<Person>
}

/** A link that lets one person make an account; good for 7 days, once. */
export interface Invitation {
  id: string
  /** Who it is for; null: whoever has the link. */
  email: string | null
  role: Role
  /** Null when that account is gone. */
  invitedBy: { id: string; name: string } | null
  createdAt: Date
  expiresAt: Date
}

/** A link that is told once. Without PUBLIC_URL it is a path, and whoever shows it puts the origin before it. */
export interface HandedOut {
  link: string
  /** Whether it went out by mail as well. */
  mailed: boolean
}

export interface Invitations {
  /** Those that can still be used, newest first. */
  list(page: PageRequest): Promise<Page<Invitation>>
  /** @throws AccountError ALREADY_MEMBER, BAD_INPUT */
  create(
    actor: Actor,
    invitation: { email: string | null; role: Role },
  ): Promise<HandedOut & { invitation: Invitation }>
  /** @throws AccountError NOT_FOUND */
  revoke(actor: Actor, id: string): Promise<Invitation>
}

export interface PasswordResets {
  /** A new link replaces the one before. @throws AccountError NOT_FOUND, DEMO_ACCOUNT */
  create(actor: Actor, personId: string): Promise<HandedOut & { expiresAt: Date }>
}

/** A browser that is signed in. */
export interface BrowserSession {
  id: string
  createdAt: Date
  /** To the day. */
  lastUsedAt: Date
  expiresAt: Date
  address: string | null
  userAgent: string | null
  /** The one that asks. */
  isCurrent: boolean
}

export interface BrowserSessions {
  /** The viewer's own, newest first. */
  list(viewer: Viewer): Promise<BrowserSession[]>
  /** @throws AccountError NOT_FOUND, also for somebody else's */
  end(actor: Actor, id: string): Promise<BrowserSession>
  /** All but the one that asks; how many they were. */
  endOthers(actor: Actor): Promise<number>
  /** Of another person, how many they were. @throws AccountError NOT_FOUND */
  endAllOf(actor: Actor, personId: string): Promise<number>
}

export interface Passwords {
  /**
   * Ends the person's other sessions, and a link for a new password.
   * @throws AccountError WRONG_PASSWORD, TOO_MANY_ATTEMPTS, BAD_INPUT, DEMO_ACCOUNT
   */
  change(actor: Actor, current: string, next: string): Promise<void>
}

export interface Accounts {
  people: People
  invitations: Invitations
  passwordResets: PasswordResets
  browserSessions: BrowserSessions
  passwords: Passwords
  tokens: ApiTokens
  audit: AuditLog
}
