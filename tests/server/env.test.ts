import { describe, expect, it } from 'vitest'
import { BadEnvironment, readEnv } from '../../server/src/env.ts'

function problemsWith(settings: Record<string, string>): string[] {
  try {
    readEnv(settings)
    return []
  } catch (error) {
    if (error instanceof BadEnvironment) return error.message.split('\n')
    throw error
  }
}

describe('MARKET_DATA', () => {
  it('is one provider, or several in order', () => {
    expect(readEnv({}).MARKET_DATA).toEqual(['demo'])
    expect(readEnv({ MARKET_DATA: 'cboe' }).MARKET_DATA).toEqual(['cboe'])
    const tokens = { MARKETDATA_TOKEN: 'abc', TRADIER_TOKEN: 'def' }
    expect(readEnv({ MARKET_DATA: 'marketdata, tradier,cboe', ...tokens }).MARKET_DATA).toEqual([
      'marketdata',
      'tradier',
      'cboe',
    ])
  })

  it('names providers that there are, each once', () => {
    expect(problemsWith({ MARKET_DATA: 'yahoo,cboe,' })).toEqual([
      'MARKET_DATA must be one of demo, cboe, marketdata, tradier, or several with commas between them, in the order in which they are asked (it is "yahoo,cboe,").',
    ])
    expect(problemsWith({ MARKET_DATA: 'cboe,cboe' })).toEqual([
      'MARKET_DATA names a provider twice: it would be asked again for what it just could not give.',
    ])
  })

  it('does not mix simulated and real quotes', () => {
    expect(problemsWith({ MARKET_DATA: 'demo,cboe' })).toEqual([
      'MARKET_DATA mixes demo with real providers: simulated quotes must not stand among real ones. Name demo alone, or leave it out.',
    ])
  })

  it('needs the tokens of those that it names, and no others', () => {
    expect(problemsWith({ MARKET_DATA: 'marketdata,tradier' })).toEqual([
      'MARKETDATA_TOKEN must be set when MARKET_DATA names marketdata: the token of your account at marketdata.app.',
      'TRADIER_TOKEN must be set when MARKET_DATA names tradier: the access token of your account at Tradier, or of its sandbox.',
    ])
    expect(problemsWith({ MARKET_DATA: 'cboe' })).toEqual([])
  })

  it('does not repeat a token that is no token', () => {
    const problems = problemsWith({ MARKET_DATA: 'tradier', TRADIER_TOKEN: 'my s3cret' })
    expect(problems).toEqual(['TRADIER_TOKEN must be a token as the provider shows it, without spaces.'])
  })
})

describe('SCAN_SCHEDULE', () => {
  it('is a text, or nothing', () => {
    expect(readEnv({}).SCAN_SCHEDULE).toBeUndefined()
    expect(readEnv({ SCAN_SCHEDULE: ' */15 9-16 * * 1-5 ' }).SCAN_SCHEDULE).toBe('*/15 9-16 * * 1-5')
  })
})

describe('what an operator sees', () => {
  it('costs nothing and is open to nobody unless it is set', () => {
    const { METRICS_TOKEN, WORKER_PORT, OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME } = readEnv({})
    expect([METRICS_TOKEN, WORKER_PORT, OTEL_EXPORTER_OTLP_ENDPOINT]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(OTEL_SERVICE_NAME).toBe('wheel-analyzer')
  })

  it('takes a token that cannot be guessed, and does not repeat one that can', () => {
    expect(readEnv({ METRICS_TOKEN: 'sixteen-or-more!' }).METRICS_TOKEN).toBe('sixteen-or-more!')
    expect(problemsWith({ METRICS_TOKEN: 'hush' })).toEqual([
      'METRICS_TOKEN must have at least 16 characters, without spaces.',
    ])
  })

  it('does not repeat the password of a collector', () => {
    expect(problemsWith({ OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://me:hush@collector' })).toEqual([
      'OTEL_EXPORTER_OTLP_ENDPOINT must be an http(s) address like http://collector:4318.',
    ])
  })
})

describe('REDIS_SENTINELS', () => {
  it.each(['a:0', 'a:99999', 'a,,b', 'user@a:1', 'redis://a:1'])('does not take %s', (list) => {
    expect(problemsWith({ REDIS_SENTINELS: list })).toEqual([
      `REDIS_SENTINELS must be a list like sentinel1:26379,sentinel2:26379 (it is "${list}").`,
    ])
  })

  it('is what a REDIS_MASTER needs', () => {
    expect(problemsWith({ REDIS_MASTER: 'mymaster' })).toEqual([
      'REDIS_MASTER names what sentinels watch, and REDIS_SENTINELS names none: set it, or leave REDIS_MASTER out.',
    ])
    expect(problemsWith({ REDIS_MASTER: 'mymaster', REDIS_SENTINELS: 'a' })).toEqual([])
  })
})

describe('TRUSTED_PROXIES', () => {
  it('are addresses and networks of both families', () => {
    expect(readEnv({}).TRUSTED_PROXIES).toEqual([])
    expect(readEnv({ TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8,::1,fd00::/8' }).TRUSTED_PROXIES).toEqual([
      '127.0.0.1',
      '10.0.0.0/8',
      '::1',
      'fd00::/8',
    ])
  })

  it.each(['proxy', '10.0.0.0/33', '10.0.0.0/8/8', '::1/129', '10.0.0.0/', '127.0.0.1,', '*'])(
    'do not take %s',
    (list) => {
      expect(problemsWith({ TRUSTED_PROXIES: list })).toEqual([
        `TRUSTED_PROXIES must be addresses or networks like 127.0.0.1,10.0.0.0/8, with commas between them (it is "${list}").`,
      ])
    },
  )
})

describe('CORS_ORIGINS', () => {
  it('are origins, without paths', () => {
    const list = 'https://a.example.com, http://localhost:3000'
    expect(readEnv({ CORS_ORIGINS: list }).CORS_ORIGINS).toEqual([
      'https://a.example.com',
      'http://localhost:3000',
    ])
    expect(problemsWith({ CORS_ORIGINS: 'https://a.example.com/tools' })).toHaveLength(1)
    expect(problemsWith({ CORS_ORIGINS: '*' })).toHaveLength(1)
  })
})

describe('mail', () => {
  const mail = {
    SMTP_URL: 'smtps://me:hush@mail.example.com',
    MAIL_FROM: 'Wheel Analyzer <wheel@example.com>',
    PUBLIC_URL: 'https://wheel.example.com',
  }

  it('needs a sender, and an address for its links', () => {
    expect(problemsWith(mail)).toEqual([])
    const { SMTP_URL } = mail
    expect(problemsWith({ SMTP_URL })).toEqual([
      'MAIL_FROM must be set when SMTP_URL is: the address that mail comes from.',
      'PUBLIC_URL must be set when SMTP_URL is: mail carries links to this server, and no request may choose them.',
    ])
  })

  it('does not repeat the password of the mail server', () => {
    expect(problemsWith({ ...mail, SMTP_URL: 'mail://me:hush@mail.example.com' })).toEqual([
      'SMTP_URL must be an address like smtps://user:password@mail.example.com.',
    ])
  })

  it.each(['wheel', 'Wheel <wheel>', 'a@b\nBcc: c@d', 'Wheel <a@b> <c@d>'])(
    'does not come from %j',
    (from) => {
      expect(problemsWith({ ...mail, MAIL_FROM: from })).toHaveLength(1)
    },
  )
})
