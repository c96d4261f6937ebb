/**
 * The header that proves who asks. The only place where a vendor's token goes: it is in no URL and in no message.
 * @param setting the name of the token's setting, for the message
 * @throws when no token can look like that: `fetch` would refuse it too, and say it out loud in its error
 */
export function bearer(token: string, setting: string): { authorization: string } {
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new Error(`${setting} is empty or holds characters that no token has.`)
  return { authorization: `Bearer ${token}` }
}
