/** Set-up makes the first account of an installation, its administrator, and then closes for good. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Sql } from '../db/sql.ts'
import { Refused } from './answers.ts'

/** Long enough to make guessing pointless, short enough for a typing error. */
const wrongCodeDelayMs = 500

export const setUpIsDone = () =>
  new Refused(403, {
    code: 'SIGN_UP_CLOSED',
    message: 'This installation has been set up already. Ask its administrator for an invitation.',
  })

const wrongCode = () =>
  new Refused(403, {
    code: 'WRONG_SETUP_CODE',
    message: 'The set-up code is missing or wrong. The server prints it when it starts.',
  })

/** Takes the same time wherever they differ, and whatever their lengths. */
const isSame = (a: string, b: string): boolean => {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

export interface SetUp {
  /** True until a real person (the demo account is none) is its administrator. */
  isNeeded(): Promise<boolean>
  /** @throws Refused when that is not the code, or nobody needs one any more */
  admit(code: unknown): Promise<void>
}

export function createSetUp(sql: Sql, setupCode: string): SetUp {
  const isNeeded = async () => {
    const [administrator] = await sql`
      SELECT id FROM users WHERE NOT is_demo AND role = 'ADMINISTRATOR' LIMIT 1`
    return administrator === undefined
  }
  return {
    isNeeded,
    async admit(code) {
      if (!(await isNeeded())) throw setUpIsDone()
      if (typeof code === 'string' && isSame(code.trim(), setupCode)) return
      await delay(wrongCodeDelayMs)
      throw wrongCode()
    },
  }
}
