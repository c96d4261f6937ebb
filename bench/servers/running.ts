/** A server that is measured: a process of its own, with a probe inside. */
import { resolve } from 'node:path'
import { startChild, type Child, type ChildProgram } from '../child.ts'

export interface Memory {
  /** Bytes of the process, after collecting garbage. */
  rss: number
  /** Bytes of them that JavaScript holds, buffers included. */
  held: number
}

export interface Usage extends Memory {
  /** Processor time, user and system. */
  cpuMs: number
  /** The longest that its event loop was blocked, when that was watched; otherwise 0. */
  blockedMs: number
}

export interface RunningServer extends AsyncDisposable {
  url: string
  memory(): Promise<Memory>
  /** @param watching for blocks of the event loop, which costs processor time of its own */
  begin(watching?: boolean): Promise<void>
  /** What it needed since `begin`. */
  end(): Promise<Usage>
}

const probe = resolve(import.meta.dirname, 'probe.mjs')
const STARTED_WITHIN_MS = 60_000

/**
 * @param address finds the server's address in what it has said so far
 * @param after called when it has ended
 */
export async function runServer(
  { args, ...program }: ChildProgram,
  address: (child: Child) => Promise<string>,
  after = () => {},
): Promise<RunningServer> {
  const child = startChild({ ...program, args: ['--expose-gc', '--import', probe, ...args] })
  const dispose = async () => {
    await child[Symbol.asyncDispose]()
    after()
  }
  try {
    return {
      url: await inTime(address(child), args),
      memory: () => child.ask('memory'),
      begin: (watching = false) => child.ask('begin', { watching }),
      end: () => child.ask('end'),
      [Symbol.asyncDispose]: dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

async function inTime<T>(work: Promise<T>, args: string[]): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It did not start: ${args.join(' ')}`)), STARTED_WITHIN_MS)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
