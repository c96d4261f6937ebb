/** Links that stand for a right: 256 random bits behind a `#`, which browsers keep to themselves. Kept as hashes. */
import { createHash, randomBytes } from 'node:crypto'

export interface LinkSecret {
  secret: string
  hash: string
}

const SECRET_BYTES = 32
const wellFormed = /^[\w-]{43}$/

export function newLinkSecret(): LinkSecret {
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  return { secret, hash: hashOfSecret(secret) }
}

export const hashOfSecret = (secret: string) => createHash('sha256').update(secret).digest('base64url')

/** Null for what is no secret of a link, so that nothing is looked up for it. */
export const linkHash = (given: unknown) =>
  typeof given === 'string' && wellFormed.test(given) ? hashOfSecret(given) : null

/** @param publicUrl null: a path, and whoever shows it puts the origin before it */
export const linkTo = (publicUrl: string | null, page: '/join' | '/reset-password', secret: string) =>
  `${publicUrl ?? ''}${page}#${secret}`
