/** Servers to be measured, each a process of its own: ours as it runs in production, and others beside it. */
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export interface RunningServer extends AsyncDisposable {
  url: string
  /** Processor time since it began, user and system, in milliseconds. */
  cpuMs(): number
}

const here = import.meta.dirname
const dist = resolve(here, '../../dist')
/** So high that nothing is refused, and yet counted. */
const RATE_LIMIT = '1000000'

/** The bundle, on embedded defaults or on that Redis. */
export async function startOurs(redisUrl: string | null): Promise<RunningServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'wheel-bench-'))
  const child = spawn(process.execPath, ['server/main.js'], {
    cwd: dist,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      PORT: '0',
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      DEMO_LATENCY_MS: '1',
      SCAN_MIN_ANNUALIZED_RETURN: '15',
      RATE_LIMIT_PER_MINUTE: RATE_LIMIT,
      ...(redisUrl !== null && { REDIS_URL: redisUrl }),
    },
  })
  const url = await new Promise<string>((ready, failed) => {
    let said = ''
    child.once('exit', () => failed(new Error(`The server ended: ${said}`)))
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const address = /is ready:\s+(\S+)/.exec(said)?.[1]
      if (address !== undefined) ready(address)
    })
  })
  return running(url, child, () => rmSync(dataDir, { recursive: true, force: true }))
}

/** @param answer a file with the JSON that ours gave */
export async function startPeer(kind: string, answer: string): Promise<RunningServer> {
  const child = fork(resolve(here, '../peers/server.mjs'), [kind, answer], { execArgv: [] })
  const { port } = await new Promise<{ port: number }>((ready, failed) => {
    child.once('message', ready)
    child.once('exit', () => failed(new Error(`${kind} did not start.`)))
  })
  return running(`http://127.0.0.1:${port}`, child)
}

function running(url: string, child: ChildProcess, after = () => {}): RunningServer {
  return {
    url,
    cpuMs: () => cpuMsOf(child.pid ?? 0),
    async [Symbol.asyncDispose]() {
      const ended = new Promise((done) => child.once('exit', done))
      child.kill('SIGKILL')
      await ended
      after()
    },
  }
}

/** Linux counts in hundredths of a second. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
