/** What becomes of a run when something is lost on the way. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CacheFull } from '../../../server/src/scan/errors.ts'
import { cacheKinds, type OpenCache } from '../../support/caches.ts'
import { chain, claim, fakeMarket, fakeRuns, realClock, recordingLog } from '../../support/fakes.ts'
import { ended, install, quickSettings, type Installation } from '../../support/installation.ts'
import { pause, until } from '../../support/until.ts'

describe.each(cacheKinds)('a worker, with cache and queue in $name', ({ name, open }) => {
  let opened: OpenCache
  let installation: Installation
  let market = fakeMarket(5)
  let runs = fakeRuns()
  const log = recordingLog()

  beforeEach(async () => {
    log.lines.length = 0
    market = fakeMarket(5)
    runs = fakeRuns()
    opened = await open({ clock: realClock, leaseMs: quickSettings.leaseMs })
    installation = install(opened, { market, runs, log })
  })
  afterEach(async () => {
    await installation[Symbol.asyncDispose]()
    await opened[Symbol.asyncDispose]()
  })

  test('ends a run for which the store has no room, with that reason', async () => {
    const { scanner } = await installation.server()
    const { commit } = opened.cache
    opened.cache.commit = (runId, outcome, result) =>
      outcome.symbol === 'BBB' ? Promise.reject(new CacheFull()) : commit(runId, outcome, result)
    await scanner.start('person')
    await ended(scanner)
    expect(await scanner.results()).toMatchObject({
      state: 'FAILED',
      lastRun: 'Scan failed: the results store is full.',
    })
    opened.cache.commit = commit
    expect((await scanner.start('person')).kind).toBe('ScanStarted')
    await ended(scanner)
    expect((await scanner.results()).state).toBe('COMPLETED')
  })

  test('names a ticker that was given up, and completes the rest', async () => {
    const { scanner } = await installation.server()
    const { begin } = opened.cache
    opened.cache.begin = (runId, symbol) =>
      symbol === 'BBB' ? Promise.reject(new TypeError('A bug.')) : begin(runId, symbol)
    await scanner.start('person')
    await ended(scanner)
    const view = await scanner.results()
    expect(view.state).toBe('COMPLETED')
    expect(view.outcomes.map(({ message }) => message)).toEqual([
      null,
      'BBB was given up: scanning it failed several times.',
      null,
    ])
  })

  test('leaves no listener and no channel behind when the run has ended', async () => {
    const { scanner } = await installation.server()
    for (let scan = 0; scan < 3; scan += 1) {
      await scanner.start('person')
      await ended(scanner)
    }
    const listeners = async () =>
      ((await opened.redis?.pubsub('NUMSUB', opened.keys.channel))?.[1] as number | undefined) ?? 0
    await until(async () => (await listeners()) === 0)
  })

  describe.runIf(name === 'Redis')('among several', () => {
    test('takes over a run whose server died before it had queued the tickers', async () => {
      const { scanner } = await installation.server()
      await opened.cache.claim(claim('orphan'))
      await until(async () => (await scanner.results()).state === 'COMPLETED', 5_000)
      expect((await scanner.results()).tickers.map(({ symbol }) => symbol)).toEqual(['AAA', 'BBB', 'CCC'])
      await until(() => runs.rows.get('orphan')?.state === 'COMPLETED')
      expect(runs.rows.get('orphan')).toMatchObject({ startedById: 'person' })
    })

    test('queues again what the queue has lost', async () => {
      const settings = { tickerTimeoutMs: 600, concurrency: 1 }
      const { scanner } = await installation.server({ settings })
      market.answers.set('AAA', async () => {
        await pause(200)
        return chain('AAA')
      })
      await scanner.start('person')
      await until(() => market.asked.length === 1)
      const prefix = opened.keys.lease.split(':scanner')[0]
      const lost = (await opened.redis?.keys(`${prefix}:queue:scan:wait`)) ?? []
      expect(lost).toHaveLength(1)
      await opened.redis?.del(...lost)
      await until(async () => (await scanner.results()).state === 'COMPLETED', 10_000)
      expect((await scanner.results()).outcomes.map(({ message }) => message)).toEqual([null, null, null])
      expect(log.warnings()).toContain('A scan had lost its jobs; they are queued again.')
    })

    test('that stops leaves the run to another, which completes it', async () => {
      const [leaving, staying] = [await installation.server(), await installation.server({ worker: false })]
      market.answers.set('AAA', () => new Promise(() => {}))
      await leaving.scanner.start('person')
      await until(async () => (await staying.scanner.results()).progress.done > 0)
      await leaving.close()
      expect((await staying.scanner.results()).scanInProgress).toBe(true)
      market.answers.clear()
      const third = await installation.server()
      await ended(third.scanner)
      expect(await third.scanner.results()).toMatchObject({
        state: 'COMPLETED',
        progress: { done: 3, total: 3 },
      })
    })

    test.each(['plan', 'status', 'lease'] as const)(
      'stops and says that it was interrupted when the %s of the run is evicted',
      async (key) => {
        const { scanner } = await installation.server()
        market.answers.set('BBB', () => new Promise(() => {}))
        await scanner.start('person')
        await until(async () => (await scanner.results()).progress.done === 2)
        await opened.redis?.del(opened.keys[key])
        await until(async () => (await scanner.results()).state === 'INTERRUPTED', 5_000)
        market.answers.clear()
        await until(async () => (await scanner.start('person')).kind === 'ScanStarted')
        await until(async () => (await scanner.results()).state === 'COMPLETED', 5_000)
      },
    )

    test('with none left, the run ends as interrupted once its lease has run out, and no job stays', async () => {
      const lonely = await installation.server({ worker: false })
      await lonely.scanner.start('person')
      expect(await lonely.queue.has([...runs.rows.keys()][0] ?? '')).toBe(true)
      await until(async () => (await lonely.scanner.results()).state === 'INTERRUPTED', 5_000)
      await until(async () => !(await lonely.queue.has([...runs.rows.keys()][0] ?? '')))
      const left = await opened.redis?.keys(`${opened.keys.lease.split(':scanner')[0]}:queue:scan:*.*`)
      expect(left).toEqual([])
    })
  })
})
