/** A client in a process of its own, that asks one server as often as it can. */
import { fork } from 'node:child_process'
import { resolve } from 'node:path'

export interface Load {
  url: string
  path: string
  headers: Record<string, string>
  body: string
  connections: number
  seconds: number
}

export interface LoadResult {
  perSecond: number
  /** Errors, and answers that were no success. */
  failures: number
  /** Share of one core that the client was busy: near 1, it was the client that could do no more. */
  busy: number
}

export function load(task: Load): Promise<LoadResult> {
  const child = fork(resolve(import.meta.dirname, '../peers/load.mjs'), [JSON.stringify(task)], {
    execArgv: [],
  })
  return new Promise((done, failed) => {
    child.once('message', (result) => done(result as LoadResult))
    child.once('exit', (code) => failed(new Error(`The client ended with ${code}.`)))
  })
}
