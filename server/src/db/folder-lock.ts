/** One process per data folder: the embedded database has no such lock, and two writers would ruin its files. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'

interface Holder {
  pid: number
  /** Tells the process from a later one with the same number; null where the system doesn't say. */
  started: string | null
}

/** When a process started, in clock ticks since boot; null when it doesn't run, or on other systems than Linux. */
const startOf = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in parentheses, and may contain blanks.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

const isAlive = ({ pid, started }: Holder): boolean => {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return started === null || started === startOf(pid)
}

/** Null when the file is gone or unreadable: left behind half-written by a process that died. */
const readHolder = (file: string): Holder | null => {
  try {
    const { pid, started } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder>
    return typeof pid === 'number' ? { pid, started: started ?? null } : null
  } catch {
    return null
  }
}

/**
 * Takes the lock, also from a process that died with it. The answer releases it.
 * @returns the number of the process that holds it, when it can't be had
 */
export const takeFolderLock = (file: string): { release: () => void } | { heldBy: number } => {
  const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) } satisfies Holder)
  for (;;) {
    try {
      writeFileSync(file, mine, { flag: 'wx' })
      return { release: () => rmSync(file, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = readHolder(file)
    if (holder && isAlive(holder)) return { heldBy: holder.pid }
    rmSync(file, { force: true })
  }
}
