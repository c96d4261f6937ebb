/** What an operator's machines ask a process: is it alive, can it serve, and its numbers. The same for servers and workers. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import type { Health } from './health.ts'
import type { Metrics } from './metrics.ts'

export interface Ops {
  health: Health
  metrics: Metrics
  /** What `/metrics` wants as `Authorization: Bearer`; null: only callers on this machine, if `openToLoopback`. */
  metricsToken: string | null
  openToLoopback: boolean
}

type Bindings = Partial<HttpBindings>

export function opsRoutes({
  health,
  metrics,
  metricsToken,
  openToLoopback,
}: Ops): Hono<{ Bindings: Bindings }> {
  const routes = new Hono<{ Bindings: Bindings }>()
  const uncached = { 'Cache-Control': 'no-store' }

  routes.get('/health/live', (c) => c.json({ status: 'ok' }, 200, uncached))

  routes.get('/health/ready', async (c) => {
    const report = await health.report()
    const serves = report.status === 'ok' || report.status === 'degraded'
    return c.json(report, serves ? 200 : 503, uncached)
  })

  routes.get('/metrics', async (c) => {
    if (metricsToken !== null) {
      if (!isBearer(c.req.header('authorization'), metricsToken)) {
        return c.text('Send METRICS_TOKEN as a bearer token.\n', 401, { 'WWW-Authenticate': 'Bearer' })
      }
    } else if (!openToLoopback || !isLoopbackAddress(c.env?.incoming?.socket.remoteAddress)) {
      return c.text('There is nothing at this address.\n', 404)
    }
    await tellNeighbours(health, metrics)
    return c.body(await metrics.text(), 200, { ...uncached, 'Content-Type': metrics.contentType })
  })

  return routes
}

async function tellNeighbours(health: Health, metrics: Metrics): Promise<void> {
  const { checks } = await health.report()
  for (const [dependency, { status, latencyMs }] of Object.entries(checks)) {
    metrics.dependencyUp.set({ dependency }, status === 'ok' ? 1 : 0)
    metrics.dependencyLatency.set({ dependency }, latencyMs / 1000)
  }
}

/** Takes the same time whatever is wrong with it. */
function isBearer(header: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`))
}

/** The other end of the connection is on this machine. Not known: no. */
function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && /^(::ffff:)?127\.|^::1$/.test(address)
}
