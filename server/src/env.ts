/** The only reader of `process.env`: every setting with its meaning, unit, bounds and default. `.env.example` says the same to people. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { redisAddress } from './cache/redis-address.ts'
import { isSchedule } from './events/schedule.ts'

const whole = (min: number, max: number) =>
  z.coerce
    .number({ error: 'must be a whole number' })
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`)
const number = (min: number, max: number) =>
  z.coerce
    .number({ error: 'must be a number' })
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`)
const origin = z
  .url({ protocol: /^https?$/, error: 'must be an http(s) address like https://example.com', abort: true })
  .refine((url) => new URL(url).pathname === '/', 'must be scheme, host and port only, without a path')
  .transform((url) => new URL(url).origin)
/** What a header can carry. */
const token = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]+$/, 'must be a token as the provider shows it, without spaces')
const flag = z.enum(['0', '1'], { error: 'must be 0 or 1' }).transform((value) => value === '1')
const providers = ['demo', 'cboe', 'marketdata', 'tradier'] as const
const providerList = z
  .string()
  .transform((list) => list.split(',').map((name) => name.trim()))
  .pipe(
    z.array(
      z.enum(providers, {
        error: `must be one of ${providers.join(', ')}, or several with commas between them, in the order in which they are asked`,
      }),
    ),
  )
const connection = (protocol: RegExp, example: string) =>
  z.url({ protocol, error: `must be an address like ${example}` })
/** Hosts with or without a port, commas between them. */
const hostList = (defaultPort: number, example: string) =>
  z.string().transform((list, { addIssue }) =>
    list.split(',').map((text) => {
      const written = /^(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i.exec(text.trim())
      const port = Number(written?.[2] ?? defaultPort)
      if (written?.[1] === undefined || port < 1 || port > 65_535) addIssue(`must be a list like ${example}`)
      return { host: written?.[1]?.replace(/[[\]]/g, '') ?? '', port }
    }),
  )

const networkList = z.string().transform((list, { addIssue }) =>
  list.split(',').map((text) => {
    const network = text.trim()
    const [address = '', bits, more] = network.split('/')
    const widest = isIP(address) === 6 ? 128 : 32
    const isPrefix = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest)
    if (isIP(address) === 0 || !isPrefix || more !== undefined)
      addIssue('must be addresses or networks like 127.0.0.1,10.0.0.0/8, with commas between them')
    return network
  }),
)
const originList = z
  .string()
  .transform((list) => list.split(',').map((text) => text.trim()))
  .pipe(z.array(origin))

const settings = z.object({
  PORT: whole(0, 65_535).default(4000),
  HOST: z.string().default('127.0.0.1'),
  ENVIRONMENT: z.enum(['LOCAL', 'PRODUCTION'], { error: 'must be LOCAL or PRODUCTION' }).default('LOCAL'),
  ALLOW_REMOTE_DEMO: flag.default(false),
  PUBLIC_URL: origin.optional(),
  SHUTDOWN_DELAY_MS: whole(0, 60_000).default(0),
  TRUSTED_PROXIES: networkList.default([]),
  CORS_ORIGINS: originList.default([]),
  RATE_LIMIT_PER_MINUTE: whole(0, 1_000_000).default(600),
  MAX_SOCKETS_PER_USER: whole(0, 100_000).default(50),
  MAX_SOCKETS_PER_ADDRESS: whole(0, 100_000).default(200),
  REQUEST_TIMEOUT_MS: whole(100, 600_000).default(30_000),
  SIGN_INS_PER_MINUTE: whole(0, 100_000).default(30),
  AUDIT_DAYS: whole(1, 36_500).default(365),
  SMTP_URL: connection(/^smtps?$/, 'smtps://user:password@mail.example.com').optional(),
  MAIL_FROM: z
    .string()
    .trim()
    .regex(
      /^[^\r\n<>]*(<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/,
      'must be an address like Wheel Analyzer <wheel@example.com>',
    )
    .optional(),
  AUTH_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  DATA_DIR: z.string().default('.data'),
  DATABASE_URL: connection(/^postgres(ql)?$/, 'postgres://user:password@host:5432/database').optional(),
  REDIS_URL: connection(/^rediss?$/, 'redis://host:6379').optional(),
  REDIS_SENTINELS: hostList(26_379, 'sentinel1:26379,sentinel2:26379').optional(),
  REDIS_MASTER: z
    .string()
    .regex(/^[\w.-]+$/, 'may hold letters, digits and _ . - only')
    .optional(),
  CACHE_KEY_PREFIX: z
    .string()
    .regex(/^[\w:.-]+$/, 'may hold letters, digits and _ : . - only')
    .default('wheel_analyzer:1'),
  CACHE_TTL_OPTIONS_SECONDS: whole(1, 604_800).default(2700),

  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, 'must have at least 16 characters, without spaces')
    .optional(),
  WORKER_PORT: whole(0, 65_535).optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) address like http://collector:4318' })
    .optional(),
  OTEL_SERVICE_NAME: z.string().default('wheel-analyzer'),

  MARKET_DATA: providerList.default(['demo']),
  DEMO_SEED: z.string().default('wheel'),
  DEMO_LATENCY_MS: whole(0, 60_000).default(1200),
  CBOE_BASE_URL: origin.default('https://cdn.cboe.com'),
  CBOE_REQUESTS_PER_SECOND: whole(0, 1_000).default(0),
  MARKETDATA_TOKEN: token.optional(),
  MARKETDATA_BASE_URL: origin.default('https://api.marketdata.app'),
  MARKETDATA_PLAN: z
    .enum(['free', 'starter', 'trader', 'quant', 'prime'], {
      error: 'must be free, starter, trader, quant or prime',
    })
    .default('free'),
  MARKETDATA_DELAY_MINUTES: whole(0, 10_080).optional(),
  MARKETDATA_DAILY_CREDITS: whole(0, 1_000_000_000).optional(),
  TRADIER_TOKEN: token.optional(),
  TRADIER_BASE_URL: origin.default('https://api.tradier.com'),
  CLOCK_AT: z.iso
    .datetime({ offset: true, error: 'must be an instant like 2025-06-06T19:30:00Z' })
    .transform((at) => Date.parse(at))
    .optional(),

  SCAN_WORKERS: z
    .enum(['embedded', 'external'], { error: 'must be embedded or external' })
    .default('embedded'),
  SCAN_SCHEDULE: z
    .string()
    .trim()
    .refine(
      isSchedule,
      'must be a cron expression in New York time, like */15 9-16 * * 1-5 for every 15 minutes',
    )
    .optional(),
  SCAN_CONCURRENCY: whole(1, 64).default(4),
  SCAN_LEASE_MS: whole(100, 600_000).default(15_000),
  SCAN_SWEEP_MS: whole(10, 60_000).default(3_000),
  SCAN_TICKER_TIMEOUT_MS: whole(10, 600_000).default(180_000),
  STATUS_LOOK_MS: whole(10, 60_000).default(5_000),
  RISK_FREE_RATE: number(-0.1, 1).default(0.045),
  SCAN_MIN_ANNUALIZED_RETURN: number(0, 100_000).default(30),
  SCAN_MAX_ABS_DELTA: number(0, 1).default(0.2),
  SCAN_MIN_DAYS: whole(0, 3_650).default(1),
  SCAN_MAX_DAYS: whole(0, 3_650).default(28),
  SCAN_MAX_SPREAD_PERCENT: number(0, 200).optional(),
  SCAN_MIN_OPEN_INTEREST: whole(0, 1_000_000_000).default(0),
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
  const parsed = settings.safeParse(given)
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
