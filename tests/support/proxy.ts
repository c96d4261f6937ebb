/** The proxy of deploy/, in front of servers of this machine. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.ts'
import { unprivileged } from './image.ts'
import { programs } from './programs.ts'
import { until } from './until.ts'

const config = fileURLToPath(new URL('../../deploy/haproxy.cfg', import.meta.url))

export interface Proxy extends AsyncDisposable {
  url: string
  output(): string
}

/** @param settings of deploy/haproxy.cfg, without address and ports unless they matter */
export async function startProxy(settings: Record<string, string>): Promise<Proxy> {
  if (programs.haproxy === null) throw new Error('haproxy is not installed')
  const port = settings['HTTP_PORT'] ?? String(await freePort())
  const child = spawn(programs.haproxy, ['-db', '-f', config], {
    ...unprivileged(),
    env: { HTTP_ADDRESS: '127.0.0.1', ...settings, HTTP_PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exited = once(child, 'close')
  await until(() => {
    if (child.exitCode !== null) throw new Error(output)
    return listens(Number(port))
  })
  return {
    url: `http://127.0.0.1:${port}`,
    output: () => output,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
