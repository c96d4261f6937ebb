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
