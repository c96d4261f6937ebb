/** Who may use which field: every field of the roots, with every kind of credential. */
import type { GraphQLObjectType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rules } from '../../../server/src/graphql/access.ts'
import { schema } from '../../../server/src/graphql/schema.ts'
import { join } from '../../support/people.ts'
import { createToken, follow, signIn, startServer, type TestServer } from '../../support/server.ts'
import { until } from '../../support/until.ts'

const callers = [
  'viewer',
  'trader',
  'administrator',
  'token READ',
  'token SCAN',
  'token ADMIN',
  'token ADMIN of a viewer',
] as const
type Caller = (typeof callers)[number]

const everybody = new Set<Caller>(callers)
const scanners = new Set<Caller>(['trader', 'administrator', 'token SCAN', 'token ADMIN'])
const administrators = new Set<Caller>(['administrator', 'token ADMIN'])
const peopleAtBrowsers = new Set<Caller>(['viewer', 'trader', 'administrator'])
const administratorsAtBrowsers = new Set<Caller>(['administrator'])

/** A field, how to ask for it with as little as possible, and who may. */
const fields: Record<string, [operation: string, who: ReadonlySet<Caller>]> = {
  'Query.viewer': ['{ viewer { id } }', everybody],
  'Query.scanResults': ['{ scanResults { seq } }', everybody],
  'Query.scanStatus': ['{ scanStatus { seq } }', everybody],
  'Query.scanEstimate': ['{ scanEstimate { message } }', everybody],
  'Query.explain': ['{ explain(contractId: "x") { __typename } }', everybody],
  'Query.nextScheduledScan': ['{ nextScheduledScan }', everybody],
  'Query.stocks': ['{ stocks { symbol } }', everybody],
  'Query.scanRuns': ['{ scanRuns { edges { cursor } } }', everybody],
  'Query.sessions': ['{ sessions { id } }', peopleAtBrowsers],
  'Query.apiTokens': ['{ apiTokens { id } }', peopleAtBrowsers],
  'Query.people': ['{ people { edges { cursor } } }', administrators],
  'Query.invitations': ['{ invitations { edges { cursor } } }', administrators],
  'Query.auditEntries': ['{ auditEntries { edges { cursor } } }', administrators],
  'Mutation.startScan': ['mutation { startScan { __typename } }', scanners],
  'Mutation.cancelScan': ['mutation { cancelScan { __typename } }', scanners],
  'Mutation.addStock': ['mutation { addStock(symbol: "") { id } }', administrators],
  'Mutation.updateStock': ['mutation { updateStock(symbol: "NONE", input: {}) { id } }', administrators],
  'Mutation.updateScanCriteria': ['mutation { updateScanCriteria(input: {}) { side } }', administrators],
  'Mutation.createApiToken': [
    'mutation { createApiToken(input: { name: "", scopes: [] }) { secret } }',
    peopleAtBrowsers,
  ],
  'Mutation.revokeApiToken': ['mutation { revokeApiToken(id: "none") { id } }', peopleAtBrowsers],
  'Mutation.endSession': ['mutation { endSession(id: "none") { id } }', peopleAtBrowsers],
  'Mutation.endOtherSessions': ['mutation { endOtherSessions }', peopleAtBrowsers],
  'Mutation.changePassword': [
    'mutation { changePassword(input: { currentPassword: "", newPassword: "" }) { id } }',
    peopleAtBrowsers,
  ],
  'Mutation.invite': [
    'mutation { invite(input: { email: "no address", role: VIEWER }) { link } }',
    administratorsAtBrowsers,
  ],
  'Mutation.revokeInvitation': ['mutation { revokeInvitation(id: "none") { id } }', administratorsAtBrowsers],
  'Mutation.changeRole': [
    'mutation { changeRole(personId: "none", role: VIEWER) { id } }',
    administratorsAtBrowsers,
  ],
  'Mutation.disablePerson': ['mutation { disablePerson(personId: "none") { id } }', administratorsAtBrowsers],
  'Mutation.enablePerson': ['mutation { enablePerson(personId: "none") { id } }', administratorsAtBrowsers],
  'Mutation.endSessionsOf': ['mutation { endSessionsOf(personId: "none") }', administratorsAtBrowsers],
  'Mutation.createPasswordResetLink': [
    'mutation { createPasswordResetLink(personId: "none") { link } }',
    administratorsAtBrowsers,
  ],
  'Subscription.scanStatus': ['subscription { scanStatus { seq } }', everybody],
}

const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter(
  (type): type is GraphQLObjectType => type != null,
)
const rootFields = roots.flatMap((type) =>
  Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, field })),
)

describe('every field of the roots', () => {
  test('states its rule, one of those in access.ts', () => {
    const silent = rootFields.filter(({ field }) => {
      const stated = field.extensions['pothosOptions'] as { authScopes?: object } | undefined
      return !Object.values(rules).some((rule) => rule === stated?.authScopes)
    })
    expect(silent.map(({ name }) => name)).toEqual([])
  })

  test('is in the table', () => {
    expect(rootFields.map(({ name }) => name).toSorted()).toEqual(Object.keys(fields).toSorted())
  })
})

describe('with each credential', () => {
  let server: TestServer
  const headers = {} as Record<Caller, Record<string, string>>
  beforeAll(async () => {
    server = await startServer({ DEMO_LATENCY_MS: '1' })
    const demo = await signIn(server.url)
    const administrator = await join(server, demo, 'ADMINISTRATOR')
    const trader = await join(server, demo, 'TRADER')
    const viewer = await join(server, demo, 'VIEWER')
    const bearer = async (cookie: string, scope: string) => ({
      authorization: `Bearer ${await createToken(server.url, cookie, [scope])}`,
    })
    headers.administrator = { cookie: administrator.cookie }
    headers.trader = { cookie: trader.cookie }
    headers.viewer = { cookie: viewer.cookie }
    headers['token READ'] = await bearer(administrator.cookie, 'READ')
    headers['token SCAN'] = await bearer(administrator.cookie, 'SCAN')
    headers['token ADMIN'] = await bearer(administrator.cookie, 'ADMIN')
    headers['token ADMIN of a viewer'] = await bearer(viewer.cookie, 'ADMIN')
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const send = (query: string, more: Record<string, string>) =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: query.startsWith('subscription') ? 'text/event-stream' : 'application/json',
        ...more,
      },
      body: JSON.stringify({ query }),
    })

  /** The first answer, also of a stream. */
  async function answerTo(query: string, caller: Caller): Promise<string> {
    const response = await send(query, headers[caller])
    if (!query.startsWith('subscription')) return response.text()
    let text = ''
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString()
      if (text.includes('data: {')) break
    }
    return text
  }

  test.each(Object.entries(fields))(
    '%s answers those who may, and says to others what is missing',
    async (_name, [operation, who]) => {
      for (const caller of callers) {
        const answer = await answerTo(operation, caller)
        const refused = answer.includes('"code":"FORBIDDEN"')
        expect([caller, refused]).toEqual([caller, !who.has(caller)])
        if (refused) expect(answer).toMatch(/administrator|trader|token/)
        else expect(answer).not.toContain('INTERNAL_SERVER_ERROR')
      }
    },
  )

  test.each<[string, Caller, string]>([
    ['startScan', 'viewer', 'Only traders and administrators may do this.'],
    ['startScan', 'token ADMIN of a viewer', 'Only traders and administrators may do this.'],
    ['startScan', 'token READ', 'This token may not do that: it needs the scope SCAN.'],
    ['addStock', 'trader', 'Only an administrator may do this.'],
    ['addStock', 'token ADMIN of a viewer', 'Only an administrator may do this.'],
    ['addStock', 'token SCAN', 'This token may not do that: it needs the scope ADMIN.'],
    ['createApiToken', 'token ADMIN', 'This needs a person who is signed in: no API token may do it.'],
    // Not "it needs the scope ADMIN": a token with that scope would be refused as well.
    ['invite', 'token READ', 'This needs a person who is signed in: no API token may do it.'],
    ['invite', 'token ADMIN', 'This needs a person who is signed in: no API token may do it.'],
    ['invite', 'token ADMIN of a viewer', 'Only an administrator may do this.'],
    ['invite', 'trader', 'Only an administrator may do this.'],
  ])('%s tells a %s what is missing', async (name, caller, sentence) => {
    const [operation = ''] = fields[`Mutation.${name}`] ?? []
    expect(JSON.parse(await answerTo(operation, caller))).toMatchObject({
      errors: [{ message: sentence, extensions: { code: 'FORBIDDEN' } }],
    })
  })

  test.each(Object.entries(fields))('%s answers nobody who is signed out', async (_name, [operation]) => {
    expect((await send(operation, {})).status).toBe(401)
    expect((await send(operation, { authorization: `Bearer wa_${'a'.repeat(43)}` })).status).toBe(401)
  })

  test('a stream ends within seconds when a right is lost, over both transports', async () => {
    const demo = await signIn(server.url)
    for (const transport of ['WebSocket', 'SSE'] as const) {
      const person = await join(server, demo, 'TRADER')
      const stream = follow(server.url, person.cookie, 'subscription { scanStatus { seq } }', transport)
      await until(() => stream.values.length > 0)
      let over = false
      stream.ended.catch(() => {}).finally(() => (over = true))
      const mutation = `mutation { changeRole(personId: "${person.id}", role: VIEWER) { role } }`
      expect(await (await send(mutation, { cookie: demo })).text()).toContain('VIEWER')
      await until(() => over, 5_000)
    }
  })
})
