/** Hashes of passwords, as better-auth makes them. It is loaded for the first password, not with the server. */

export async function hashPassword(password: string): Promise<string> {
  const crypto = await import('better-auth/crypto')
  return crypto.hashPassword(password)
}

export async function verifyPassword(hash: string, password: string): Promise<boolean> {
  const crypto = await import('better-auth/crypto')
  return crypto.verifyPassword({ hash, password })
}
