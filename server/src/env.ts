/** The only reader of `process.env`: every setting with its meaning, unit, bounds and default. `.env.example` says the same to people. */
import { isIP } from 'node:net'
import * as z from 'zod/mini'
import { redisAddress } from './cache/redis-address.ts'

const whole = (min: number, max: number) =>
  z.coerce
    .number({ error: 'must be a whole number' })
    .check(
      z.int('must be a whole number'),
      z.minimum(min, `must be at least ${min}`),
      z.maximum(max, `must be at most ${max}`),
    )
const number = (min: number, max: number) =>
  z.coerce
    .number({ error: 'must be a number' })
    .check(z.minimum(min, `must be at least ${min}`), z.maximum(max, `must be at most ${max}`))
const origin = z.pipe(
  z
    .url({
      protocol: /^https?$/,
      error: 'must be an http(s) address like https://example.com',
      abort: true,
    })
    .check(
      z.refine((url) => new URL(url).pathname === '/', 'must be scheme, host and port only, without a path'),
    ),
  z.transform((url: string) => new URL(url).origin),
)
/** What a header can carry. */
const token = z
  .string()
  .check(z.trim(), z.regex(/^[\x21-\x7e]+$/, 'must be a token as the provider shows it, without spaces'))
const flag = z.pipe(
  z.enum(['0', '1'], { error: 'must be 0 or 1' }),
  z.transform((value: '0' | '1') => value === '1'),
)
const providers = ['demo', 'cboe', 'marketdata', 'tradier'] as const
/** Of texts, with commas between them. */
const list = <T extends z.ZodMiniType<unknown, string>>(item: T) =>
  z.pipe(
    z.string(),
    z.pipe(
      z.transform((text: string) => text.split(',').map((name) => name.trim())),
      z.array(item),
    ),
  )
const providerList = list(
  z.enum(providers, {
    error: `must be one of ${providers.join(', ')}, or several with commas between them, in the order in which they are asked`,
  }),
)
const connection = (protocol: RegExp, example: string) =>
  z.url({ protocol, error: `must be an address like ${example}` })
/** Hosts with or without a port. */
const hostList = (defaultPort: number, example: string) =>
  list(
    z.pipe(
      z.string(),
      z.transform((text: string, { issues }) => {
        const written = /^(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i.exec(text)
        const port = Number(written?.[2] ?? defaultPort)
        if (written?.[1] === undefined || port < 1 || port > 65_535)
          issues.push({ code: 'custom', message: `must be a list like ${example}`, input: text })
        return { host: written?.[1]?.replace(/[[\]]/g, '') ?? '', port }
      }),
    ),
  )

const networkList = list(
  z
    .string()
    .check(
      z.refine(
        isNetwork,
        'must be addresses or networks like 127.0.0.1,10.0.0.0/8, with commas between them',
      ),
    ),
)
const originList = list(origin)

const settings = z.object({
  PORT: z._default(whole(0, 65_535), 4000),
  HOST: z._default(z.string(), '127.0.0.1'),
  ENVIRONMENT: z._default(z.enum(['LOCAL', 'PRODUCTION'], { error: 'must be LOCAL or PRODUCTION' }), 'LOCAL'),
  ALLOW_REMOTE_DEMO: z._default(flag, false),
  PUBLIC_URL: z.optional(origin),
  SHUTDOWN_DELAY_MS: z._default(whole(0, 60_000), 0),
  TRUSTED_PROXIES: z._default(networkList, []),
  CORS_ORIGINS: z._default(originList, []),
  RATE_LIMIT_PER_MINUTE: z._default(whole(0, 1_000_000), 600),
  MAX_SOCKETS_PER_USER: z._default(whole(0, 100_000), 50),
  MAX_SOCKETS_PER_ADDRESS: z._default(whole(0, 100_000), 200),
  REQUEST_TIMEOUT_MS: z._default(whole(100, 600_000), 30_000),
  SIGN_INS_PER_MINUTE: z._default(whole(0, 100_000), 30),
  AUDIT_DAYS: z._default(whole(1, 36_500), 365),
  SMTP_URL: z.optional(connection(/^smtps?$/, 'smtps://user:password@mail.example.com')),
  MAIL_FROM: z.optional(
    z
      .string()
      .check(
        z.trim(),
        z.regex(
          /^[^\r\n<>]*(<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/,
          'must be an address like Wheel Analyzer <wheel@example.com>',
        ),
      ),
  ),
  AUTH_SECRET: z.optional(z.string().check(z.minLength(32, 'must have at least 32 characters'))),
  DATA_DIR: z._default(z.string(), '.data'),
  DATABASE_URL: z.optional(connection(/^postgres(ql)?$/, 'postgres://user:password@host:5432/database')),
  REDIS_URL: z.optional(connection(/^rediss?$/, 'redis://host:6379')),
  REDIS_SENTINELS: z.optional(hostList(26_379, 'sentinel1:26379,sentinel2:26379')),
  REDIS_MASTER: z.optional(z.string().check(z.regex(/^[\w.-]+$/, 'may hold letters, digits and _ . - only'))),
  CACHE_KEY_PREFIX: z._default(
    z.string().check(z.regex(/^[\w:.-]+$/, 'may hold letters, digits and _ : . - only')),
    'wheel_analyzer:1',
  ),
  CACHE_TTL_OPTIONS_SECONDS: z._default(whole(1, 604_800), 2700),

  LOG_LEVEL: z._default(z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']), 'info'),
  METRICS_TOKEN: z.optional(
    z.string().check(z.regex(/^[\x21-\x7e]{16,}$/, 'must have at least 16 characters, without spaces')),
  ),
  WORKER_PORT: z.optional(whole(0, 65_535)),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.optional(
    z.url({ protocol: /^https?$/, error: 'must be an http(s) address like http://collector:4318' }),
  ),
  OTEL_SERVICE_NAME: z._default(z.string(), 'wheel-analyzer'),

  MARKET_DATA: z._default(providerList, ['demo']),
  DEMO_SEED: z._default(z.string(), 'wheel'),
  DEMO_LATENCY_MS: z._default(whole(0, 60_000), 1200),
  CBOE_BASE_URL: z._default(origin, 'https://cdn.cboe.com'),
  CBOE_REQUESTS_PER_SECOND: z._default(whole(0, 1_000), 0),
  MARKETDATA_TOKEN: z.optional(token),
  MARKETDATA_BASE_URL: z._default(origin, 'https://api.marketdata.app'),
  MARKETDATA_PLAN: z._default(
    z.enum(['free', 'starter', 'trader', 'quant', 'prime'], {
      error: 'must be free, starter, trader, quant or prime',
    }),
    'free',
  ),
  MARKETDATA_DELAY_MINUTES: z.optional(whole(0, 10_080)),
  MARKETDATA_DAILY_CREDITS: z.optional(whole(0, 1_000_000_000)),
  TRADIER_TOKEN: z.optional(token),
  TRADIER_BASE_URL: z._default(origin, 'https://api.tradier.com'),
  CLOCK_AT: z.optional(
    z.pipe(
      z.iso.datetime({ offset: true, error: 'must be an instant like 2025-06-06T19:30:00Z' }),
      z.transform((at: string) => Date.parse(at)),
    ),
  ),

  SCAN_WORKERS: z._default(
    z.enum(['embedded', 'external'], { error: 'must be embedded or external' }),
    'embedded',
  ),
  // Checked by what keeps it: reading cron expressions takes a library that most starts have no use for.
  SCAN_SCHEDULE: z.optional(z.string().check(z.trim())),
  SCAN_CONCURRENCY: z._default(whole(1, 64), 4),
  SCAN_LEASE_MS: z._default(whole(100, 600_000), 15_000),
  SCAN_SWEEP_MS: z._default(whole(10, 60_000), 3_000),
  SCAN_TICKER_TIMEOUT_MS: z._default(whole(10, 600_000), 180_000),
  STATUS_LOOK_MS: z._default(whole(10, 60_000), 5_000),
  RISK_FREE_RATE: z._default(number(-0.1, 1), 0.045),
  SCAN_MIN_ANNUALIZED_RETURN: z._default(number(0, 100_000), 30),
  SCAN_MAX_ABS_DELTA: z._default(number(0, 1), 0.2),
  SCAN_MIN_DAYS: z._default(whole(0, 3_650), 1),
  SCAN_MAX_DAYS: z._default(whole(0, 3_650), 28),
  SCAN_MAX_SPREAD_PERCENT: z.optional(number(0, 200)),
  SCAN_MIN_OPEN_INTEREST: z._default(whole(0, 1_000_000_000), 0),
})

export type Env = z.output<typeof settings>

/** A setting is wrong; the message has a line for each and is for the operator. */
export class BadEnvironment extends Error {
  override name = 'BadEnvironment'
}

/** An empty variable counts as one that is not set. */
export function readEnv(variables: Record<string, string | undefined>): Env {
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  )
  // Made once: not worth compiling.
  const parsed = settings.safeParse(given, { jitless: true })
  if (!parsed.success) {
    const secret = /SECRET|URL|TOKEN|PASSWORD|ENDPOINT/
    const problems = parsed.error.issues.map(({ path: [name], message }) => {
      const value = secret.test(String(name)) ? '' : ` (it is ${JSON.stringify(given[String(name)])})`
      return `${String(name)} ${message}${value}.`
    })
    // Once each, however many names of a list are wrong.
    throw new BadEnvironment([...new Set(problems)].join('\n'))
  }
  const problems = contradictions(parsed.data)
  if (problems.length > 0) throw new BadEnvironment(problems.join('\n'))
  return parsed.data
}

/** An address, or one with the length of a prefix. */
function isNetwork(text: string): boolean {
  const [address = '', bits, more] = text.split('/')
  const widest = isIP(address) === 6 ? 128 : 32
  const isPrefix = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest)
  return isIP(address) !== 0 && isPrefix && more === undefined
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function contradictions(env: Env): string[] {
  const production = env.ENVIRONMENT === 'PRODUCTION'
  const problems: [boolean, string][] = [
    [
      production && env.AUTH_SECRET === undefined,
      'AUTH_SECRET must be set when ENVIRONMENT is PRODUCTION: 32 random characters or more.',
    ],
    [
      production && env.CLOCK_AT !== undefined,
      'CLOCK_AT must not be set when ENVIRONMENT is PRODUCTION: it freezes the market clock.',
    ],
    [
      !production && !isLoopback(env.HOST) && !env.ALLOW_REMOTE_DEMO,
      `HOST ${env.HOST} can be reached from other machines, and ENVIRONMENT LOCAL has a demo administrator with a known password. Set ENVIRONMENT=PRODUCTION, or ALLOW_REMOTE_DEMO=1 if that is what you want.`,
    ],
    [
      env.SMTP_URL !== undefined && env.MAIL_FROM === undefined,
      'MAIL_FROM must be set when SMTP_URL is: the address that mail comes from.',
    ],
    [
      env.SMTP_URL !== undefined && env.PUBLIC_URL === undefined,
      'PUBLIC_URL must be set when SMTP_URL is: mail carries links to this server, and no request may choose them.',
    ],
    [
      env.REDIS_MASTER !== undefined && env.REDIS_SENTINELS === undefined,
      'REDIS_MASTER names what sentinels watch, and REDIS_SENTINELS names none: set it, or leave REDIS_MASTER out.',
    ],
    [
      env.SCAN_WORKERS === 'external' && redisAddress(env) === null,
      'SCAN_WORKERS is external, and workers get their work through Redis: set REDIS_URL, or leave SCAN_WORKERS out.',
    ],
    [
      new Set(env.MARKET_DATA).size < env.MARKET_DATA.length,
      'MARKET_DATA names a provider twice: it would be asked again for what it just could not give.',
    ],
    [
      env.MARKET_DATA.includes('demo') && env.MARKET_DATA.length > 1,
      'MARKET_DATA mixes demo with real providers: simulated quotes must not stand among real ones. Name demo alone, or leave it out.',
    ],
    [
      env.MARKET_DATA.includes('marketdata') && env.MARKETDATA_TOKEN === undefined,
      'MARKETDATA_TOKEN must be set when MARKET_DATA names marketdata: the token of your account at marketdata.app.',
    ],
    [
      env.MARKET_DATA.includes('tradier') && env.TRADIER_TOKEN === undefined,
      'TRADIER_TOKEN must be set when MARKET_DATA names tradier: the access token of your account at Tradier, or of its sandbox.',
    ],
    [env.SCAN_MIN_DAYS > env.SCAN_MAX_DAYS, 'SCAN_MIN_DAYS must not be above SCAN_MAX_DAYS.'],
  ]
  return problems.filter(([holds]) => holds).map(([, problem]) => problem)
}
