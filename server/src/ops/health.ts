/** Whether this process can serve: what it stands on is asked, briefly, and not more than once a second. */

export interface Check {
  /** Rejects, or takes too long, when the neighbour is not there. */
  ask: () => Promise<unknown>
  /** For how long, in milliseconds, the process can serve without it; `Infinity` for as long as it takes. */
  toleratedMs: number
}

export interface CheckReport {
  status: 'ok' | 'failed'
  latencyMs: number
}

export interface HealthReport {
  /** `degraded`: something is missing, but people are answered. `failed` and `stopping`: send nobody here. */
  status: 'ok' | 'degraded' | 'failed' | 'stopping'
  checks: Record<string, CheckReport>
}

export interface Health {
  /** Never rejects. */
  report(): Promise<HealthReport>
  /** From now on: send nobody here any more. */
  stop(): void
}

export interface HealthOptions {
  /** A check that takes longer has failed, milliseconds. */
  timeoutMs?: number
  /** How old an answer may be, milliseconds: so many callers cannot ask more often than one. */
  freshMs?: number
  /** Milliseconds, from any beginning. */
  now?: () => number
}

export function createHealth(checks: Record<string, Check>, options: HealthOptions = {}): Health {
  const { timeoutMs = 1_000, freshMs = 1_000, now = () => performance.now() } = options
  const names = Object.keys(checks)
  const answeredAt = new Map(names.map((name) => [name, now()]))
  /** Questions that are still open: a neighbour that hangs is not asked again. */
  const open = new Map<string, Promise<unknown>>()
  let latest: { at: number; reports: Promise<Record<string, CheckReport>> } | null = null
  let stopping = false

  async function run(name: string, { ask }: Check): Promise<CheckReport> {
    const began = now()
    const question = open.get(name) ?? Promise.resolve().then(ask)
    open.set(name, question)
    const answered = question
      .then(
        () => true,
        () => false,
      )
      .finally(() => open.delete(name))
    const ok = await Promise.race([answered, after(timeoutMs)])
    if (ok) answeredAt.set(name, now())
    return { status: ok ? 'ok' : 'failed', latencyMs: Math.round((now() - began) * 10) / 10 }
  }

  async function runAll(): Promise<Record<string, CheckReport>> {
    const reports = Object.entries(checks).map(async ([name, check]) => [name, await run(name, check)])
    return Object.fromEntries(await Promise.all(reports)) as Record<string, CheckReport>
  }

  return {
    async report() {
      if (latest === null || now() - latest.at >= freshMs) latest = { at: now(), reports: runAll() }
      const reports = await latest.reports
      const failed = names.filter((name) => reports[name]?.status === 'failed')
      const needed = failed.filter(
        (name) => now() - (answeredAt.get(name) ?? 0) > (checks[name]?.toleratedMs ?? 0),
      )
      const verdict = needed.length > 0 ? 'failed' : failed.length > 0 ? 'degraded' : 'ok'
      return { status: stopping ? 'stopping' : verdict, checks: reports }
    },
    stop() {
      stopping = true
    },
  }
}

/** Resolves to false after a while, without keeping the process alive. */
function after(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms).unref())
}
