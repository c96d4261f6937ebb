/** Subscribers in a process of their own, and what they can be asked. */
import { resolve } from 'node:path'
import { startChild } from '../child.ts'
import type { Subscription } from './subscriber.ts'

export interface AudienceTask extends Subscription {
  subscribers: number
}

export interface Load {
  /** Share of one core that the process was busy: near 1, it was the client that could do no more. */
  busy: number
}

/** Counted over all subscribers. */
export interface Faults {
  /** Results that did not come. */
  missed: number
  /** Results that came twice, or after later ones. */
  repeated: number
}

export interface Audience extends AsyncDisposable {
  /** Resolves when all have heard this result, with the time of the last of them. */
  last(seq: number): Promise<number>
  /** Resolves when so many have heard it, with the time of each. */
  times(seq: number, by: number): Promise<number[]>
  begin(): Promise<void>
  end(): Promise<Load & Faults>
  /** One of them reads nothing more. */
  stall(): Promise<void>
  resume(): Promise<void>
  first(): Promise<First>
}

/** The one that stalls. */
export interface First {
  /** Of the last result that it has heard. */
  seq: number
  /** Results that it was not told. */
  missed: number
  isOpen: boolean
}

const program = resolve(import.meta.dirname, 'main.ts')
/** More than any fan-out takes; whoever waits longer waits for ever. */
const HEARD_WITHIN_MS = 60_000

/** Resolves when all have had their first result. */
export async function openAudience(task: AudienceTask): Promise<Audience> {
  const child = startChild({ args: ['--import', 'tsx/esm', program, JSON.stringify(task)] })
  try {
    await child.ask('open')
  } catch (error) {
    await child[Symbol.asyncDispose]()
    throw error
  }
  return {
    last: (seq) => inTime(child.ask<number>('last', { seq, by: task.subscribers }), seq),
    times: (seq, by) => inTime(child.ask<number[]>('times', { seq, by }), seq),
    begin: () => child.ask('begin'),
    end: () => child.ask('end'),
    stall: () => child.ask('stall'),
    resume: () => child.ask('resume'),
    first: () => child.ask('first'),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  }
}

async function inTime<T>(hearing: Promise<T>, seq: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const missing = () => reject(new Error(`Result ${seq} has not reached all subscribers.`))
    timer = setTimeout(missing, HEARD_WITHIN_MS)
  })
  return Promise.race([hearing, late]).finally(() => clearTimeout(timer))
}
