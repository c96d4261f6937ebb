/** How long a process takes from nothing to its first correct answer. */
import { spawn } from 'node:child_process'
import { Agent } from 'node:http'
import { now } from '../clock.ts'
import { request } from '../queries/request.ts'

export interface Program {
  args: string[]
  cwd: string
  env: NodeJS.ProcessEnv
  cookie?: string
  /** In what it has said so far on standard output. */
  portOf(said: string): string | undefined
}

const QUERY = '{ scanStatus { state } }'
const CORRECT = /^\{"data":\{"scanStatus":\{"state":"[A-Z]+"\}\}\}\s*$/

export async function firstAnswerMs({ args, cwd, env, cookie, portOf }: Program): Promise<number> {
  const agent = new Agent()
  const began = now()
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  try {
    const port = await new Promise<string>((resolve, reject) => {
      let said = ''
      child.once('exit', () => reject(new Error(`It did not start: ${args.join(' ')}: ${said}`)))
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        const port = portOf(said)
        if (port !== undefined) resolve(port)
      })
    })
    const url = `http://127.0.0.1:${port}`
    const { body } = await request(agent, { url, ...(cookie !== undefined && { cookie }) }, QUERY)
    if (!CORRECT.test(body)) throw new Error(`${args.join(' ')} answered ${body.slice(0, 300)}`)
    return now() - began
  } finally {
    agent.destroy()
    child.kill('SIGKILL')
    await exited
  }
}
