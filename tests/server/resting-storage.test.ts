import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { letRest } from '../../server/src/resting-storage.ts'

const QUIET_MS = 20

class Storage<T> extends AsyncLocalStorage<T> {}
letRest(Storage, QUIET_MS)

const isAwake = (storage: Storage<unknown>) => (storage as unknown as { enabled: boolean }).enabled

describe.skipIf(Number.parseInt(process.versions.node) >= 24)('a storage', () => {
  test('has its store for as long as the work takes, and rests afterwards', async () => {
    const storage = new Storage<string>()
    const seen: unknown[] = []
    const work = storage.run('a', async () => {
      seen.push(storage.getStore())
      await pause(1)
      seen.push(storage.getStore())
      return 'done'
    })
    expect(storage.getStore()).toBeUndefined()
    expect(isAwake(storage)).toBe(true)
    expect(await work).toBe('done')
    await pause(3 * QUIET_MS)
    expect([seen, isAwake(storage)]).toEqual([['a', 'a'], false])
  })

  test('is kept apart for works side by side and inside each other, and rests after the last', async () => {
    const storage = new Storage<string>()
    const after = async (ms: number) => {
      await pause(ms)
      return storage.getStore()
    }
    const works = [
      storage.run('a', () => after(5)),
      storage.run('b', async () => {
        const inner = await storage.run('c', () => after(1))
        return `${await after(10)} ${inner} ${storage.run('d', () => storage.getStore())} ${storage.getStore()}`
      }),
    ]
    expect(await works[0]).toBe('a')
    expect(isAwake(storage)).toBe(true)
    expect(await works[1]).toBe('b c d b')
    await pause(3 * QUIET_MS)
    expect(isAwake(storage)).toBe(false)
  })

  test('hands on what the work returns or throws', async () => {
    const storage = new Storage<string>()
    const sum = storage.run('a', (one: number, other: number) => one + other, 1, 2)
    expect(sum).toBe(3)
    expect(() =>
      storage.run('a', () => {
        throw new Error('no')
      }),
    ).toThrow('no')
    await expect(storage.run('a', async () => Promise.reject(new Error('later')))).rejects.toThrow('later')
    await pause(3 * QUIET_MS)
    expect([isAwake(storage), storage.run('b', () => storage.getStore())]).toEqual([false, 'b'])
  })

  test('that was entered stays awake', async () => {
    const storage = new Storage<string>()
    await storage.run('outer', async () => {
      storage.enterWith('entered')
      expect(storage.run('inner', () => storage.getStore())).toBe('inner')
    })
    expect(isAwake(storage)).toBe(true)
  })
})
