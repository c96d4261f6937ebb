/** Secrets that are told once and kept as hashes: 256 random bits, which nobody guesses, so a plain hash is enough. */
import { createHash, randomBytes } from 'node:crypto'

/** 43 characters that addresses and headers can carry. */
export const newSecret = () => randomBytes(32).toString('base64url')

export const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url')
