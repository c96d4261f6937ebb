/** People of a running installation, made as people make accounts: by invitation. */
import type { UserRole } from '../../web/src/gql/graphql.ts'
import { ask, type TestServer } from './server.ts'

export interface Joined {
  id: string
  email: string
  cookie: string
}

let number = 0

/** @param cookie of an administrator */
export async function join(
  { url }: Pick<TestServer, 'url'>,
  cookie: string,
  role: UserRole,
): Promise<Joined> {
  const { data } = await ask<{ invite: { link: string } }>(
    url,
    cookie,
    `mutation { invite(input: { role: ${role} }) { link } }`,
  )
  number += 1
  const email = `person${number}@example.com`
  const response = await fetch(`${url}/api/auth/sign-up/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name: `${role.toLowerCase()} ${number}`,
      email,
      password: passwordOfEverybody,
      invitation: data.invite.link.split('#')[1],
    }),
  })
  const said = (await response.json()) as { user: { id: string } }
  return { id: said.user.id, email, cookie: response.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
}

/** @returns the cookie of another browser of that person */
export async function anotherBrowser({ url }: Pick<TestServer, 'url'>, { email }: Joined): Promise<string> {
  const response = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: passwordOfEverybody }),
  })
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

export const passwordOfEverybody = 'correct horse battery'
