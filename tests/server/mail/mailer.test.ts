/** Mail, through a real mail server, and without one. */
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuth, type Auth } from '../../../server/src/auth/auth.ts'
import { demoEmail, demoPassword } from '../../../server/src/auth/demo-account.ts'
import { createMailer } from '../../../server/src/mail/mailer.ts'
import { authOptions } from '../../support/accounts.ts'
import { cookieOf, doorOf } from '../../support/door.ts'
import { recordingLog } from '../../support/fakes.ts'
import { until } from '../../support/until.ts'
import { databases, type TestDatabase } from '../db/databases.ts'

const from = 'Wheel Analyzer <wheel@example.com>'
const publicUrl = 'https://wheel.example.com'
const received: string[] = []
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData(stream, _session, done) {
    let text = ''
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
    stream.on('end', () => {
      // Lines that were too long are folded.
      received.push(text.replaceAll('=\r\n', '').replaceAll('=3D', '='))
      done()
    })
  },
})
let database: TestDatabase
let auth: Auth
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.server.address() as AddressInfo
  const [embedded] = databases
  if (embedded === undefined) throw new Error('there is always the embedded database')
  database = await embedded.open()
  const log = recordingLog()
  const mailer = createMailer({ smtpUrl: `smtp://127.0.0.1:${port}`, from, log })
  auth = await createAuth({ ...(await authOptions(database)), mailer, publicUrl, log })
})
afterAll(async () => {
  await database.close()
  await new Promise<void>((resolve) => server.close(() => resolve()))
})

test('an invitation goes out with its link, and lets its reader join', async () => {
  const door = doorOf(auth)
  const demo = await door.actorOf(cookieOf(await door.signIn(demoEmail, demoPassword)))
  const { link, mailed } = await auth.accounts.invitations.create(demo, {
    email: 'ann@example.com',
    role: 'VIEWER',
  })
  expect(mailed).toBe(true)
  const [mail = ''] = received.splice(0)
  expect(mail).toContain('To: ann@example.com')
  expect(mail).toContain('From: Wheel Analyzer <wheel@example.com>')
  expect(mail).toContain(link)
  expect(link).toMatch(/^https:\/\/wheel\.example\.com\/join#/)
  const joined = await door.post('sign-up/email', {
    name: 'Ann',
    email: 'ann@example.com',
    password: 'correct horse battery',
    invitation: link.split('#')[1],
  })
  expect(joined.status).toBe(200)
})

test('a forgotten password: the same answer for everybody, one mail a minute for those who are here', async () => {
  const door = doorOf(auth)
  const ask = (email: string) => door.post('request-password-reset', { email })
  for (const email of ['nobody@example.com', 'ANN@example.com ', 'ann@example.com', demoEmail])
    expect([(await ask(email)).status, email]).toEqual([202, email])
  await until(() => received.length === 1)
  await new Promise((resolve) => setTimeout(resolve, 200))
  const [mail = '', another] = received.splice(0)
  expect(another).toBeUndefined()
  const token = /\/reset-password#([\w-]{43})/.exec(mail)?.[1]
  expect((await door.post('reset-password', { token, password: 'a new password' })).status).toBe(200)
  expect((await door.signIn('ann@example.com', 'a new password')).status).toBe(200)
})

test('a mail server that is not there is one line in the log, without the link', async () => {
  const log = recordingLog()
  const mailer = createMailer({ smtpUrl: 'smtp://127.0.0.1:1', from, log })
  expect(
    await mailer.send({ to: 'ann@example.com', subject: 'x', text: 'https://a.example/join#secret' }),
  ).toBe(false)
  expect(JSON.stringify(log.lines)).toContain('Mail could not be sent.')
  expect(JSON.stringify(log.lines)).not.toContain('secret')
  mailer.close()
})
