/** Another server, of those in `bench/peers/`, which says its port when it is ready. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Child } from '../child.ts'
import { runServer, type RunningServer } from './running.ts'

export const peersFolder = resolve(import.meta.dirname, '../peers')

/** @param program in `bench/peers/` */
export function startPeer(program: string, task: object): Promise<RunningServer> {
  if (!existsSync(resolve(peersFolder, 'node_modules')))
    throw new Error('The other servers are not installed. `npm run bench` does that.')
  const args = [resolve(peersFolder, program), JSON.stringify(task)]
  // Some warn of so many subscribers.
  return runServer(
    { args: ['--no-warnings', ...args], env: { ...process.env, NODE_ENV: 'production' } },
    portOf,
  )
}

function portOf({ process: child }: Child): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`It ended with ${code}.`)))
    child.on('message', (message: { port?: number }) => {
      if (message.port !== undefined) resolve(`http://127.0.0.1:${message.port}`)
    })
  })
}
