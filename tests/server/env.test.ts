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
  it('is a cron expression, or nothing', () => {
    expect(readEnv({}).SCAN_SCHEDULE).toBeUndefined()
    expect(readEnv({ SCAN_SCHEDULE: ' */15 9-16 * * 1-5 ' }).SCAN_SCHEDULE).toBe('*/15 9-16 * * 1-5')
    expect(problemsWith({ SCAN_SCHEDULE: '15' })).toEqual([
      'SCAN_SCHEDULE must be a cron expression in New York time, like */15 9-16 * * 1-5 for every 15 minutes (it is "15").',
    ])
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
