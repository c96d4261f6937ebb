/** What a measurement was made on, in one line. */
import { execFileSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { programs } from '../../tests/support/programs.ts'

export function describeMachine(): string {
  const cores = cpus()
  const load = loadavg()[0]?.toFixed(1) ?? '?'
  return [
    `${cores[0]?.model.trim() ?? 'unknown processor'}, ${cores.length} cores (load before: ${load})`,
    `Node ${process.versions.node}`,
    redisVersion(),
    new Date().toISOString().slice(0, 10),
  ].join(' · ')
}

function redisVersion(): string {
  if (programs.redis === null) return 'no Redis'
  const said = execFileSync(programs.redis, ['--version'], { encoding: 'utf8' })
  return `Redis ${/v=(\S+)/.exec(said)?.[1] ?? '?'}`
}
