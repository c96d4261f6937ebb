/** The providers that `MARKET_DATA` names, each with its limiter, in the order in which they are asked. No other is loaded. */
import type { Env } from './env.ts'
import { createFallback } from './market/fallback.ts'
import type { LimitStore } from './market/limit-store.ts'
import type { MarketDataProvider } from './market/provider.ts'
import type { Clock, MarketData } from './scan/ports.ts'

/**
 * @param storeFor where the requests to the provider of that name are counted
 * @param watched puts a stopwatch on each
 */
export async function createMarketData(
  env: Env,
  clock: Clock,
  storeFor: (provider: string) => LimitStore,
  watched: (provider: MarketDataProvider) => MarketDataProvider,
): Promise<MarketData> {
  const providers = env.MARKET_DATA.map((name) => createProvider(name, env, clock, storeFor))
  return createFallback((await Promise.all(providers)).map(watched))
}

async function createProvider(
  name: Env['MARKET_DATA'][number],
  env: Env,
  clock: Clock,
  storeFor: (provider: string) => LimitStore,
): Promise<MarketDataProvider> {
  if (name === 'demo') {
    const { createDemoProvider } = await import('./market/demo.ts')
    return createDemoProvider({ clock, seed: env.DEMO_SEED, latencyMs: env.DEMO_LATENCY_MS })
  }
  const { createLimited } = await import('./market/limited.ts')
  const counting = { store: storeFor(name), clock }
  switch (name) {
    case 'cboe': {
      const { createCboeProvider } = await import('./market/cboe.ts')
      const limits = { perSecond: env.CBOE_REQUESTS_PER_SECOND || null }
      return createLimited({ ...counting, vendor: 'Cboe', limits }, (hooks) =>
        createCboeProvider({ baseUrl: env.CBOE_BASE_URL, clock, ...hooks }),
      )
    }
    case 'marketdata': {
      const { createMarketDataAppProvider } = await import('./market/marketdata.ts')
      const { MARKETDATA_DAILY_CREDITS: credits, MARKETDATA_DELAY_MINUTES: delayMinutes } = env
      const own = { vendor: 'marketdata.app', unit: 'credits', dayStartsAt: '09:30' } as const
      const limits = credits === undefined ? {} : { perDay: credits || null }
      return createLimited({ ...counting, ...own, limits }, (hooks) =>
        createMarketDataAppProvider({
          token: env.MARKETDATA_TOKEN ?? null,
          plan: env.MARKETDATA_PLAN,
          ...(delayMinutes !== undefined && { delayMinutes }),
          baseUrl: env.MARKETDATA_BASE_URL,
          clock,
          ...hooks,
        }),
      )
    }
    case 'tradier': {
      const { createTradierProvider } = await import('./market/tradier.ts')
      return createLimited({ ...counting, vendor: 'Tradier' }, (hooks) =>
        createTradierProvider({
          token: env.TRADIER_TOKEN ?? '',
          baseUrl: env.TRADIER_BASE_URL,
          clock,
          ...hooks,
        }),
      )
    }
  }
}
