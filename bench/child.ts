/** A process of the bench, which is given orders, answers them, and ends with the bench. */
import { spawn, type ChildProcess } from 'node:child_process'

export interface Child extends AsyncDisposable {
  process: ChildProcess
  /** @throws when it ends before it has answered */
  ask<Result>(order: string, details?: object): Promise<Result>
}

export interface ChildProgram {
  /** Of node: options, program, arguments. */
  args: string[]
  cwd?: string
  env?: NodeJS.ProcessEnv
}

interface Answer {
  id: number
  result: unknown
}

export function startChild({ args, cwd, env }: ChildProgram): Child {
  const child = spawn(process.execPath, args, {
    ...(cwd !== undefined && { cwd }),
    env: env ?? process.env,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  // Whoever wants to read it does.
  child.stdout?.resume()
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>()
  let orders = 0
  child.on('message', ({ id, result }: Answer) => {
    waiting.get(id)?.resolve(result)
    waiting.delete(id)
  })
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      const error = new Error(`A process of the bench ended with ${code ?? signal}: ${args.join(' ')}`)
      for (const { reject } of waiting.values()) reject(error)
      resolve()
    })
  })
  return {
    process: child,
    ask<Result>(order: string, details: object = {}) {
      orders += 1
      const id = orders
      const answered = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }))
      if (child.connected) child.send({ id, order, ...details })
      else waiting.get(id)?.reject(new Error(`A process of the bench has ended: ${args.join(' ')}`))
      return answered as Promise<Result>
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
