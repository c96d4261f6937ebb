import { afterEach, expect, test, vi } from 'vitest'
import { signIn } from '../../web/src/auth/session.ts'

afterEach(() => vi.unstubAllGlobals())

const ada = { email: 'ada@example.com', password: 'correct horse' }
const said = (status: number, body: object) =>
  vi.stubGlobal('fetch', async () => Response.json(body, { status }))

test.each([
  [
    'an outage, in the server’s words',
    503,
    { code: 'DATABASE_UNAVAILABLE', message: 'Signing in is not possible right now.' },
    'Signing in is not possible right now.',
  ],
  [
    'a wrong password, in ours',
    401,
    { code: 'INVALID_EMAIL_OR_PASSWORD', message: 'Invalid email or password' },
    'The e-mail address or the password is not right.',
  ],
  [
    'too many attempts, and how long to wait',
    429,
    { code: 'TOO_MANY_ATTEMPTS', message: 'Too many attempts. Try again in 8 s.' },
    'Too many attempts. Try again in 8 s.',
  ],
  ['an answer without words', 500, {}, 'The server answered with 500.'],
])('the sign-in form is told of %s', async (_what, status, body, sentence) => {
  said(status, body)
  await expect(signIn(ada)).rejects.toThrow(sentence)
})

test('a server that cannot be reached is told from one that refuses', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')))
  await expect(signIn(ada)).rejects.toThrow('The server cannot be reached. Is it running?')
})
