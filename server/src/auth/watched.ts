/**
 * Credentials that something runs on (a socket, a stream): whoever watches one is told once that it has ended or that
 * its rights are others now. Told at once by a revocation, and within seconds when that message was lost, because each
 * watched credential is verified again and again: once for all who watch it.
 */
import pMap from 'p-map'
import type { Viewer } from './viewer.ts'

export interface WatchedOptions {
  /** Null when the credential is worth nothing any more. Remembers for a few seconds, so it may be asked often. */
  again(viewer: Viewer): Promise<Viewer | null>
  everyMs?: number
}

/** Something that runs on a credential. */
export interface Watcher {
  /** Called at most once: its credential has ended. */
  onEnd(): void
}

/** Those who watch one credential. */
export interface Watchers {
  /** Stops watching. */
  delete(watcher: Watcher): void
}

export interface Watched {
  /** Where thousands watch: nothing is made for each of them. The answer is what to leave. */
  join(viewer: Viewer, watcher: Watcher): Watchers
  /** The answer stops watching. `end` is called at most once. */
  watch(viewer: Viewer, end: () => void): () => void
  /** What was revoked: ids of credentials or people. */
  revoked(ids: string[]): void
  close(): void
}

interface Group extends Watchers {
  viewer: Viewer
  watchers: Set<Watcher>
}

const EVERY_MS = 1_000
/** Enough for thousands of credentials in 5 seconds, and leaves the database to the others. */
const AT_A_TIME = 8

export function createWatched({ again, everyMs = EVERY_MS }: WatchedOptions): Watched {
  /** By credential. */
  const groups = new Map<string, Group>()
  let timer: NodeJS.Timeout | undefined
  let looking = false

  function end(key: string): void {
    const group = groups.get(key)
    leave(key)
    for (const watcher of group?.watchers ?? []) watcher.onEnd()
  }

  function leave(key: string): void {
    groups.delete(key)
    if (groups.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  /** What cannot be verified has ended too: whoever comes back is told why. */
  async function look(): Promise<void> {
    if (looking) return
    looking = true
    await pMap(groups, lookAt, { concurrency: AT_A_TIME }).finally(() => (looking = false))
  }

  async function lookAt([key, group]: [string, Group]): Promise<void> {
    const now = await again(group.viewer).catch(() => null)
    if (groups.get(key) !== group) return
    if (now === null || !isSame(now, group.viewer)) end(key)
    else group.viewer = now
  }

  function groupOf(viewer: Viewer): Group {
    const key = keyOf(viewer)
    const known = groups.get(key)
    if (known !== undefined) return known
    const watchers = new Set<Watcher>()
    const group: Group = {
      viewer,
      watchers,
      delete(watcher) {
        watchers.delete(watcher)
        if (watchers.size === 0 && groups.get(key) === group) leave(key)
      },
    }
    groups.set(key, group)
    return group
  }

  function join(viewer: Viewer, watcher: Watcher): Group {
    const group = groupOf(viewer)
    group.watchers.add(watcher)
    timer ??= setInterval(() => void look(), everyMs)
    timer.unref()
    return group
  }

  return {
    join,

    watch(viewer, end) {
      const watcher = { onEnd: () => end() }
      const group = join(viewer, watcher)
      return () => group.delete(watcher)
    },

    revoked(ids) {
      for (const [key, { viewer }] of groups)
        if (ids.includes(viewer.id) || ids.includes(viewer.credential.id)) end(key)
    },

    close() {
      clearInterval(timer)
      groups.clear()
    },
  }
}

const keyOf = ({ credential }: Viewer) => `${credential.kind} ${credential.id}`

function isSame(a: Viewer, b: Viewer): boolean {
  return (
    a.role === b.role &&
    a.scopes.size === b.scopes.size &&
    [...a.scopes].every((scope) => b.scopes.has(scope))
  )
}
