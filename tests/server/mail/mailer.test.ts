/** Mail as it arrives at an SMTP server, and what happens when there is none. */
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAuth, type Auth } from '../../../server/src/auth/auth.ts'
import { demoEmail, demoPassword } from '../../../server/src/auth/demo-account.ts'
import { createMailer, type Mailer } from '../../../server/src/mail/mailer.ts'
import { authOptions } from '../../support/accounts.ts'
import { cookieOf, doorOf } from '../../support/door.ts'
import { fakeClock, recordingLog, silentLog, type FakeClock } from '../../support/fakes.ts'
import { freePort } from '../../support/free-port.ts'
import { until } from '../../support/until.ts'
import { databases, type TestDatabase } from '../db/databases.ts'

const publicUrl = 'https://wheel.example.com'
const password = 'correct horse battery'

interface Received {
  from: string
  to: string[]
  text: string
}

/** Long lines and letters beyond ASCII travel as quoted-printable. */
const decoded = (text: string) =>
  Buffer.from(
    text
      .replace(/=\r\n/g, '')
      .replace(/=([\dA-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8')

const linkedIn = (text: string) =>
  /^https:\/\/wheel\.example\.com\/reset-password#([\w-]{43})\r?$/m.exec(text)?.[1]

describe('with a mail server', () => {
  const received: Received[] = []
  let isFull = false
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        if (isFull) return done(new Error('mailbox full'))
        received.push({
          from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          text: decoded(Buffer.concat(chunks).toString('utf8')),
        })
        done()
      })
    },
  })
  let database: TestDatabase
  let mailer: Mailer
  let auth: Auth
  let clock: FakeClock
  let door: ReturnType<typeof doorOf>
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.server.address() as AddressInfo
    mailer = createMailer({
      smtpUrl: `smtp://127.0.0.1:${port}`,
      from: 'Wheel Analyzer <wheel@example.com>',
      log: silentLog,
    })
    const [embedded] = databases
    if (embedded === undefined) throw new Error('there is always the embedded database')
    database = await embedded.open()
  })
  afterAll(async () => {
    mailer.close()
    await database.close()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })
  beforeEach(async () => {
    received.length = 0
    isFull = false
    await database.prisma.user.deleteMany()
    await database.prisma.auditEntry.deleteMany()
    clock = fakeClock(Date.now())
    const options = { ...(await authOptions(database)), clock }
    auth = await createAuth({ ...options, mailer, publicUrl })
    door = doorOf(auth)
  })

  const demo = async () => door.actorOf(cookieOf(await door.signIn(demoEmail, demoPassword)))
  const invite = async (email: string | null) =>
    auth.accounts.invitations.create(await demo(), { email, role: 'VIEWER' })
  async function join(email: string): Promise<string> {
    const { link } = await invite(null)
    const body = { name: 'Ann', email, password, invitation: link.split('#')[1] }
    const { user } = (await (await door.post('sign-up/email', body)).json()) as { user: { id: string } }
    return user.id
  }
  const askForReset = (email: string) => door.post('request-password-reset', { email })

  test('an invitation goes to whom it names, with its link on a line of its own', async () => {
    const { link, mailed } = await invite('ann@example.com')
    expect(mailed).toBe(true)
    expect(link).toMatch(/^https:\/\/wheel\.example\.com\/join#[\w-]{43}$/)
    expect(received).toMatchObject([{ from: 'wheel@example.com', to: ['ann@example.com'] }])
    const [{ text }] = received as [Received]
    expect(text).toContain('Subject: An invitation to Wheel Analyzer')
    expect(text).toMatch(/Content-Type: text\/plain/)
    expect(text).toContain('From: Wheel Analyzer <wheel@example.com>')
    expect(text.split(/\r?\n/)).toContain(link)
    const body = { name: 'Ann', email: 'ann@example.com', password, invitation: link.split('#')[1] }
    expect((await door.post('sign-up/email', body)).status).toBe(200)
    expect(await invite(null)).toMatchObject({ mailed: false })
    expect(received).toHaveLength(1)
  })

  test('a link for a new password goes to its person, once a minute, and works', async () => {
    await join('ann@example.com')
    for (let n = 0; n < 3; n += 1) expect((await askForReset(' Ann@Example.com')).status).toBe(202)
    await until(() => received.length === 1)
    const [{ to, text }] = received as [Received]
    expect(to).toEqual(['ann@example.com'])
    expect(text).toContain('within an hour')
    const token = linkedIn(text)
    expect((await door.post('reset-password', { token, password: 'a new password' })).status).toBe(200)
    expect((await door.signIn('ann@example.com', 'a new password')).status).toBe(200)
    expect(received).toHaveLength(1)
    const { items } = await auth.accounts.audit.list(
      { first: 10, after: null },
      { action: 'RESET_LINK_CREATED' },
    )
    expect(items).toMatchObject([
      { actorId: null, summary: expect.stringContaining('ann@example.com'), address: '192.0.2.1' },
    ])
  })

  test('such a link is good for an hour', async () => {
    const HOUR = 3_600_000
    const tokens: (string | undefined)[] = []
    for (const email of ['ann@example.com', 'bob@example.com']) {
      await join(email)
      received.length = 0
      await askForReset(email)
      await until(() => received.length === 1)
      tokens.push(linkedIn(received[0]?.text ?? ''))
    }
    const reset = async (token?: string) =>
      (await door.post('reset-password', { token, password: 'a new password' })).status
    clock.pass(HOUR - 1)
    expect(await reset(tokens[0])).toBe(200)
    clock.pass(1)
    expect(await reset(tokens[1])).toBe(404)
  })

  test('nobody else gets one, and nobody can tell by the answer', async () => {
    const id = await join('ann@example.com')
    await auth.accounts.people.setDisabled(await demo(), id, true)
    const answers = []
    for (const email of ['nobody@example.com', 'ann@example.com', demoEmail, 'no address', ''])
      answers.push(await askForReset(email))
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202])
    expect(new Set(await Promise.all(answers.map((answer) => answer.text())))).toEqual(new Set(['{}']))
    await auth.accounts.people.setDisabled(await demo(), id, false)
    await askForReset('ann@example.com')
    await until(() => received.length > 0)
    expect(received.map(({ to }) => to)).toEqual([['ann@example.com']])
  })

  test('a link that an administrator makes is sent and handed out', async () => {
    const id = await join('ann@example.com')
    const { link, mailed } = await auth.accounts.passwordResets.create(await demo(), id)
    expect(mailed).toBe(true)
    expect(received[0]?.text.split(/\r?\n/)).toContain(link)
    expect(received[0]?.text).toContain('within 24 hours')
  })

  test('what the mail server refuses can still be handed out', async () => {
    isFull = true
    expect(await invite('ann@example.com')).toMatchObject({ mailed: false, link: expect.any(String) })
  })
})

describe('a mail server that', () => {
  const ports = {
    'is not there': async () => ({ port: await freePort(), end: () => {} }),
    'says nothing': () => listening(createServer(() => {})),
    'hangs up': () => listening(createServer((socket) => socket.destroy())),
    'refuses the person': () => refusing('onRcptTo', (to) => `<${to}>: user unknown`),
    'refuses the mail': () => refusing('onData', () => `blocked: ${publicUrl}/join#a-secret`),
    'refuses the operator': () => refusing('onAuth', () => 'user:hunter2 is not welcome'),
  }

  test.each(Object.entries(ports))(
    '%s is one line in the log, with nothing that is secret',
    async (_, open) => {
      const { port, end } = await open()
      const log = recordingLog()
      const mailer = createMailer({
        smtpUrl: `smtp://user:hunter2@127.0.0.1:${port}`,
        from: 'wheel@example.com',
        patienceMs: 200,
        log,
      })
      const mail = { to: 'ann@example.com', subject: 'x', text: `${publicUrl}/join#a-secret` }
      expect(await mailer.send(mail)).toBe(false)
      expect(log.lines).toMatchObject([
        {
          level: 'error',
          message: 'Mail could not be sent.',
          fields: { reason: expect.stringMatching(/\w/) },
        },
      ])
      expect(JSON.stringify(log.lines)).not.toMatch(/ann@|a-secret|hunter2|undefined/)
      mailer.close()
      end()
    },
  )
})

async function listening(server: Server) {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const end = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { port: (server.address() as AddressInfo).port, end }
}

/** @param words of the refusal, which may repeat what it was told */
async function refusing(step: 'onAuth' | 'onRcptTo' | 'onData', words: (to: string) => string) {
  const smtp = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: (_given, _session, done) =>
      step === 'onAuth' ? done(new Error(words(''))) : done(null, { user: 'user' }),
    onRcptTo: ({ address }, _session, done) => done(step === 'onRcptTo' ? new Error(words(address)) : null),
    onData(stream, _session, done) {
      stream.resume().on('end', () => done(new Error(words(''))))
    },
  })
  smtp.on('error', () => {})
  const { port, end } = await listening(smtp.server)
  return { port, end }
}
