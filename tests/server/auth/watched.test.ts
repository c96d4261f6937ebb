import { describe, expect, test, vi } from 'vitest'
import { scopesOf, type Viewer } from '../../../server/src/auth/viewer.ts'
import { createWatched } from '../../../server/src/auth/watched.ts'
import { pause, until } from '../../support/until.ts'

const viewer = (id: string, role: Viewer['role'] = 'TRADER'): Viewer => ({
  id: `person of ${id}`,
  email: '',
  name: '',
  role,
  isDemo: false,
  credential: { kind: 'SESSION', id, expiresAt: new Date() },
  scopes: scopesOf(role),
})

describe('a watched credential', () => {
  test('is verified once for all who watch it, and nobody is told while it is good', async () => {
    let verified = 0
    const watched = createWatched({
      again: async (one) => {
        verified += 1
        return { ...one }
      },
      everyMs: 20,
    })
    const end = vi.fn()
    const leave = Array.from({ length: 10_000 }, () => watched.watch(viewer('a'), end))
    await until(() => verified >= 3)
    expect(verified).toBeLessThan(20)
    expect(end).not.toHaveBeenCalled()
    for (const unwatch of leave) unwatch()
    const before = verified
    await pause(80)
    expect(verified - before).toBeLessThanOrEqual(1)
    watched.close()
  })

  test.each<[string, (one: Viewer) => Promise<Viewer | null>]>([
    ['is worth nothing any more', async () => null],
    ['cannot be verified', () => Promise.reject(new Error('away'))],
    ['has lost a right', async (one) => ({ ...one, scopes: scopesOf('VIEWER') })],
    ['has gained one', async (one) => ({ ...one, role: 'ADMINISTRATOR', scopes: scopesOf('ADMINISTRATOR') })],
  ])('that %s ends what runs on it, once', async (_what, again) => {
    const watched = createWatched({ again, everyMs: 10 })
    const ends = [vi.fn(), vi.fn()]
    for (const end of ends) watched.watch(viewer('a'), end)
    await until(() => ends.every((end) => end.mock.calls.length === 1))
    await pause(50)
    for (const end of ends) expect(end).toHaveBeenCalledTimes(1)
    watched.close()
  })

  test('that is revoked ends at once: by its own id, or its person’s', () => {
    const watched = createWatched({ again: async (one) => one, everyMs: 60_000 })
    const [a, b, c] = [vi.fn(), vi.fn(), vi.fn()]
    watched.watch(viewer('a'), a)
    watched.watch(viewer('b'), b)
    const unwatch = watched.watch(viewer('a'), c)
    unwatch()
    watched.revoked(['somebody else', 'a'])
    watched.revoked(['person of b'])
    expect([a, b, c].map((end) => end.mock.calls.length)).toEqual([1, 1, 0])
    watched.close()
  })

  test('waits for no other: with one that takes its time, the end of the next is told', async () => {
    const watched = createWatched({
      again: (one) => (one.credential.id === 'slow' ? new Promise(() => {}) : Promise.resolve(null)),
      everyMs: 10,
    })
    const [slow, quick] = [vi.fn(), vi.fn()]
    watched.watch(viewer('slow'), slow)
    watched.watch(viewer('quick'), quick)
    await until(() => quick.mock.calls.length === 1)
    expect(slow).not.toHaveBeenCalled()
    watched.close()
  })
})
