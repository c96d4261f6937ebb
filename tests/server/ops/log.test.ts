/** Lines of the log: what they carry by themselves, and what never stands in one. */
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLog } from '../../../server/src/log.ts'
import { withLogFields } from '../../../server/src/ops/log-fields.ts'

function setUp(level = 'info') {
  const lines: Record<string, unknown>[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>)
      done()
    },
  })
  return { log: createLog(level, destination), lines }
}

test('a line carries the ids of the work that it is part of, however deep, and no others', async () => {
  const { log, lines } = setUp()
  const deep = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    log.info({}, 'deep')
  }
  await Promise.all([
    withLogFields({ requestId: 'one' }, () => withLogFields({ runId: 'run' }, deep)),
    withLogFields({ requestId: 'two' }, deep),
    deep(),
  ])
  const ids = lines.map(({ requestId, runId }) => ({ requestId, runId }))
  expect(ids).toHaveLength(3)
  expect(ids).toEqual(
    expect.arrayContaining([
      { requestId: 'one', runId: 'run' },
      { requestId: 'two', runId: undefined },
      { requestId: undefined, runId: undefined },
    ]),
  )
})

test('what a line says itself wins', () => {
  const { log, lines } = setUp()
  withLogFields({ runId: 'around' }, () => log.info({ runId: 'itself' }, 'line'))
  expect(lines[0]).toMatchObject({ runId: 'itself' })
})

test('secrets are blacked out at every depth at which something might log them', () => {
  const { log, lines } = setUp()
  const secrets = {
    cookie: 'hush-1',
    authorization: 'hush-2',
    password: 'hush-3',
    token: 'hush-4',
    secret: 'hush-5',
    setupCode: 'hush-6',
    'set-cookie': 'hush-7',
  }
  log.info(secrets, 'line')
  log.info({ req: secrets }, 'line')
  log.info({ req: { headers: secrets } }, 'line')
  expect(lines).toHaveLength(3)
  expect(JSON.stringify(lines)).not.toContain('hush')
  expect(lines[2]).toMatchObject({ req: { headers: { cookie: '[Redacted]' } } })
})

test.each([
  ['an API token', 'wa_hush4Zk-hush_7Qm', 'wa_[Redacted]'],
  ['a header that is quoted', 'authorization: Bearer hush.hush.hush', 'Bearer [Redacted]'],
  [
    'the password of a connection',
    'connect redis://user:hush@cache:6379/0',
    'redis://[Redacted]@cache:6379/0',
  ],
  ['a secret in an address', 'GET /join?a=1&token=hush-hush&b=2', '/join?a=1&token=[Redacted]&b=2'],
  ['the secret of a link', 'https://wheel.example/reset#token=hush', '/reset#token=[Redacted]'],
])('%s is blacked out in the middle of a text too', (_what, text, left) => {
  const { log, lines } = setUp()
  log.info({ path: text, nested: { deep: [text] } }, text)
  log.error({ err: new Error(text) }, 'It failed.')
  expect(JSON.stringify(lines)).not.toContain('hush')
  expect(lines[0]).toMatchObject({ msg: expect.stringContaining(left) as string })
  expect(lines[1]).toMatchObject({ err: { message: expect.stringContaining(left) as string } })
})

test('requests are told at debug level only', () => {
  const quiet = setUp('info')
  quiet.log.debug({}, 'A request was answered.')
  expect(quiet.lines).toEqual([])
  const loud = setUp('debug')
  loud.log.debug({}, 'A request was answered.')
  expect(loud.lines).toHaveLength(1)
})
