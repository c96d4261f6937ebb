/** API tokens: made and revoked by their owners, shown once, kept as hashes. */
import type { PrismaClient } from '../db/database.ts'
import type { Prisma } from '../db/generated/client.ts'
import type { Clock } from '../scan/ports.ts'
import type { Actor } from './accounts.ts'
import type { AuditLog } from './audit.ts'
import { AccountError } from './errors.ts'
import { hashOf, newSecret } from './hashed-secret.ts'
import type { Verified } from './remembered.ts'
import type { Revocations } from './revocations.ts'
import { viewerFrom, type Scope, type Viewer } from './viewer.ts'

export interface ApiToken {
  id: string
  name: string
  /** The last four characters of the secret. */
  hint: string
  scopes: readonly Scope[]
  createdAt: Date
  /** Null: never. */
  expiresAt: Date | null
  /** To the minute; null: not yet. */
  lastUsedAt: Date | null
}

export interface NewApiToken {
  /** 1 to 100 characters. */
  name: string
  /** At least one. */
  scopes: readonly Scope[]
  /** 1 to 3,650; null: never. */
  expiresInDays: number | null
}

export interface ApiTokens {
  /** The viewer's own, newest first. */
  list(viewer: Viewer): Promise<ApiToken[]>
  /** The secret is not kept: it is in this answer, and nowhere else. @throws AccountError BAD_INPUT */
  create(actor: Actor, token: NewApiToken): Promise<{ token: ApiToken; secret: string }>
  /** From now on it opens nothing, on any server. @throws AccountError NOT_FOUND, also for somebody else's */
  revoke(actor: Actor, id: string): Promise<ApiToken>
  /** Who a secret speaks for; null when it is worth nothing. */
  verify(secret: string): Promise<Verified<Viewer> | null>
}

export interface ApiTokensOptions {
  prisma: PrismaClient
  revocations: Pick<Revocations, 'revoke'>
  audit: Pick<AuditLog, 'write'>
  clock: Pick<Clock, 'now'>
}

/** Recognisable, for those who search published code for secrets. */
const PREFIX = 'wa_'
const LIMIT = 50
const LONGEST_DAYS = 3_650
const DAY_MS = 86_400_000
const USE_IS_NOTED_MS = 60_000

/** Anything else is worth nothing, and need not be looked up. */
export const looksLikeToken = (text: string): boolean => /^wa_[\w-]{43}$/.test(text)

export function createApiTokens({ prisma, revocations, audit, clock }: ApiTokensOptions): ApiTokens {
  const shown = {
    id: true,
    name: true,
    hint: true,
    scopes: true,
    createdAt: true,
    expiresAt: true,
    lastUsedAt: true,
  } as const

  /** One at a time for each person: of two who make the last one, one does. */
  const keep = (data: Prisma.ApiTokenUncheckedCreateInput): Promise<ApiToken> =>
    prisma.$transaction(async (transaction) => {
      const { userId } = data
      await transaction.$queryRaw`SELECT id FROM users WHERE id = ${userId} FOR UPDATE`
      if ((await transaction.apiToken.count({ where: { userId } })) >= LIMIT) {
        throw new AccountError(
          'BAD_INPUT',
          `You have ${LIMIT} tokens already: revoke one that you do not need.`,
        )
      }
      return transaction.apiToken.create({ data, select: shown })
    })

  /** Beside the request: nobody waits for it, and it may fail. */
  function noteUse(id: string, lastUsedAt: Date | null): void {
    const now = clock.now()
    if (lastUsedAt !== null && now - lastUsedAt.getTime() < USE_IS_NOTED_MS) return
    prisma.apiToken.updateMany({ where: { id }, data: { lastUsedAt: new Date(now) } }).catch(() => {})
  }

  return {
    list: ({ id }) =>
      prisma.apiToken.findMany({
        where: { userId: id },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        select: shown,
      }),

    async create({ viewer, address }, wanted) {
      const name = checked(wanted)
      const secret = PREFIX + newSecret()
      const { scopes, expiresInDays } = wanted
      const token = await keep({
        userId: viewer.id,
        name,
        hash: hashOf(secret),
        hint: secret.slice(-4),
        scopes: [...new Set(scopes)],
        createdAt: new Date(clock.now()),
        expiresAt: expiresInDays === null ? null : new Date(clock.now() + expiresInDays * DAY_MS),
      })
      const summary = `Made the API token “${name}” (…${token.hint}) for ${token.scopes.join(', ')}.`
      await audit.write({ action: 'TOKEN_CREATED', actor: viewer, summary, address })
      return { token, secret }
    },

    async revoke({ viewer, address }, id) {
      const token = await prisma.apiToken.findFirst({ where: { id, userId: viewer.id }, select: shown })
      // Of two who revoke it, one finds it.
      const gone = await prisma.apiToken.deleteMany({ where: { id, userId: viewer.id } })
      if (token === null || gone.count === 0) {
        throw new AccountError('NOT_FOUND', 'There is no such token: it may have been revoked already.')
      }
      await revocations.revoke([id])
      const summary = `Revoked the API token “${token.name}” (…${token.hint}).`
      await audit.write({ action: 'TOKEN_REVOKED', actor: viewer, summary, address })
      return token
    },

    async verify(secret) {
      const found = await prisma.apiToken.findUnique({
        where: { hash: hashOf(secret) },
        select: { ...shown, user: true },
      })
      if (found === null || found.user.disabled) return null
      const { id, expiresAt, lastUsedAt, user } = found
      if (expiresAt !== null && expiresAt.getTime() <= clock.now()) return null
      noteUse(id, lastUsedAt)
      const value = viewerFrom(user, { kind: 'TOKEN', id, expiresAt }, found.scopes)
      return { value, ids: [id, user.id], expiresAt }
    },
  }
}

/** @returns the name as it is kept */
function checked({ name, scopes, expiresInDays: days }: NewApiToken): string {
  const kept = name.trim()
  if (kept.length < 1 || kept.length > 100)
    throw new AccountError('BAD_INPUT', 'A token needs a name of 1 to 100 characters.')
  if (scopes.length === 0)
    throw new AccountError('BAD_INPUT', 'Say what the token may do: at least one scope.')
  if (days !== null && !(Number.isInteger(days) && days >= 1 && days <= LONGEST_DAYS))
    throw new AccountError('BAD_INPUT', 'A token expires after 1 to 3,650 days, or never.')
  return kept
}
