/** One result of a shared execution, made ready once for all of its subscribers. */
import type { ExecutionResult } from 'graphql'
import type { Position } from './position.ts'
import { TextMessages } from './text-message.ts'

export type Stringify = (result: ExecutionResult) => string

export class Frame {
  /** Counts the results of a run. */
  readonly number: number
  readonly result: ExecutionResult
  readonly position: Position | null
  /** Whether it tells of a change after the one before; if not, it is a notice, or the story has been taken back. */
  readonly #advances: boolean
  readonly #stringify: Stringify
  #text: string | null = null
  #serverSentEvent: Buffer | null = null
  #chunk: Buffer | null = null
  #endOfMessage: Buffer | null = null
  #messages: TextMessages | null = null

  constructor(
    number: number,
    result: ExecutionResult,
    position: Position | null,
    before: Position | null,
    stringify: Stringify,
  ) {
    this.number = number
    this.result = result
    this.position = position
    this.#advances = position !== null && (before === null || isAhead(position, before))
    this.#stringify = stringify
  }

  get text(): string {
    return (this.#text ??= this.#stringify(this.result))
  }

  get serverSentEvent(): Buffer {
    return (this.#serverSentEvent ??= Buffer.from(`event: next\ndata: ${this.text}\n\n`))
  }

  /** The event as HTTP/1.1 transfers a body whose length nobody knows. */
  get chunk(): Buffer {
    const { serverSentEvent } = this
    return (this.#chunk ??= Buffer.concat([
      Buffer.from(`${serverSentEvent.length.toString(16)}\r\n`),
      serverSentEvent,
      Buffer.from('\r\n'),
    ]))
  }

  /** As the last member of a JSON object, up to its closing brace. */
  get endOfMessage(): Buffer {
    return (this.#endOfMessage ??= Buffer.from(`${this.text}}`))
  }

  /** On WebSockets: whoever writes one says how it begins. */
  get messages(): TextMessages {
    return (this.#messages ??= new TextMessages(this.endOfMessage))
  }

  /** Whether a snapshot taken at that position has it already. In doubt it has not: rather twice than never. */
  isPartOf(snapshot: Position): boolean {
    const { position } = this
    return (
      this.#advances && position !== null && position.epoch === snapshot.epoch && position.seq <= snapshot.seq
    )
  }
}

/** False as well for positions that cannot be compared. */
function isAhead(position: Position, of: Position): boolean {
  return position.epoch === of.epoch && position.seq > of.seq
}
