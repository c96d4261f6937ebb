/** `/api/auth/*` as people use it before they are signed in, without a server around it. */
import type { Auth } from '../../server/src/auth/auth.ts'
import type { Actor } from '../../server/src/auth/accounts.ts'

const origin = 'http://127.0.0.1:4000'

export const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
export const secretOf = (link: string) => link.split('#')[1] ?? ''

export function doorOf(auth: Auth) {
  const post = (path: string, body: object, address = '192.0.2.1', headers: Record<string, string> = {}) =>
    auth.handler(
      new Request(`${origin}/api/auth/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin, 'x-client-address': address, ...headers },
        body: JSON.stringify(body),
      }),
    )
  const viewerOf = (cookie: string) => auth.viewerOf(new Headers({ cookie }))
  return {
    post,
    viewerOf,
    signIn: (email: string, password: string, address?: string) =>
      post('sign-in/email', { email, password }, address),
    async actorOf(cookie: string): Promise<Actor> {
      const viewer = await viewerOf(cookie)
      if (viewer === null) throw new Error('nobody is signed in')
      return { viewer, address: '192.0.2.1' }
    },
  }
}
