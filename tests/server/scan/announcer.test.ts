import { beforeEach, describe, expect, test } from 'vitest'
import { createAnnouncer } from '../../../server/src/scan/announcer.ts'
import { CacheUnavailable } from '../../../server/src/scan/errors.ts'
import { recordingLog } from '../../support/fakes.ts'
import { pause, until } from '../../support/until.ts'

let fault: Error | null
let told: string[][]
let tries: number
let log: ReturnType<typeof recordingLog>
let announced: ReturnType<typeof createAnnouncer>

beforeEach(() => {
  fault = null
  told = []
  tries = 0
  log = recordingLog()
  const announce = async (symbols: string[]) => {
    tries += 1
    if (fault !== null) throw fault
    told.push(symbols)
  }
  announced = createAnnouncer(announce, log, 5)
})

describe('a change', () => {
  test('is announced at once', async () => {
    await announced(['AAA'])
    await announced([])
    expect(told).toEqual([['AAA'], []])
  })

  test('that cannot be announced is, with what was changed meanwhile, when the cache is back', async () => {
    fault = new CacheUnavailable()
    await announced(['AAA'])
    await announced(['BBB', 'AAA'])
    await until(() => tries > 3)
    fault = null
    await until(() => told.length > 0)
    await pause(20)
    expect(told).toEqual([['AAA', 'BBB']])
    expect(log.lines).toEqual([])
  })

  test('that fails for another reason is a line in the log, and nothing else', async () => {
    fault = new TypeError('oops')
    await announced(['AAA'])
    fault = null
    await pause(20)
    expect([tries, told, log.lines.length]).toEqual([1, [], 1])
  })
})
