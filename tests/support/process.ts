/** Server and worker as an operator runs them: processes of their own, with an environment, signals and an exit code. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from './until.ts'
import { withoutLimits } from './without-limits.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

type Program = 'main' | 'worker'

export interface ServerProcess extends AsyncDisposable {
  /** Empty for a worker. */
  url: string
  output(): string
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; afterMs: number }>
}

/** Runs until it listens. */
export const launch = (settings: Record<string, string> = {}) => launchProgram('main', settings)

/** Runs until it takes jobs. */
export const launchWorker = (settings: Record<string, string>) => launchProgram('worker', settings)

async function launchProgram(program: Program, settings: Record<string, string>): Promise<ServerProcess> {
  const { child, output, exited, dispose } = run(settings, program)
  await until(() => child.exitCode !== null || output().includes('is ready'), 60_000)
  if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}: ${output()}`)
  return {
    url: /ready:\s+(\S+)/.exec(output())?.[1] ?? '',
    output,
    async end(signal) {
      const began = Date.now()
      child.kill(signal)
      return { code: await exited, afterMs: Date.now() - began }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
      dispose()
    },
  }
}

/** Runs to its end. */
export async function runToEnd(
  settings: Record<string, string>,
  program: Program = 'main',
): Promise<{ code: number | null; output: string }> {
  const { output, exited, dispose } = run(settings, program)
  const code = await exited
  dispose()
  return { code, output: output() }
}

function run(settings: Record<string, string>, program: Program) {
  const dataDir = mkdtempSync(join(tmpdir(), 'wheel-data-'))
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, ['--import', 'tsx/esm', `server/src/${program}.ts`], {
    cwd: root,
    env: { PATH, HOME, PORT: '0', DATA_DIR: dataDir, ...withoutLimits, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exited = once(child, 'close').then(([code]) => code as number | null)
  return {
    child,
    output: () => output,
    exited,
    dispose: () => rmSync(dataDir, { recursive: true, force: true }),
  }
}
