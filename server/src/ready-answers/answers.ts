/**
 * Answers made once per version of the data, and kept as bytes. Whoever asks while one is being made waits for it
 * instead of making another; whoever asks after a change waits for the new one.
 */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

export type Encoding = 'br' | 'gzip'

export interface Answer {
  /** Made from the content: another content has another one, whatever was asked. Each form has it with an end. */
  readonly etag: string
  /** A compressed one is made at the first wish, off the request's path: until it is there, the plain one. */
  as(encoding: Encoding | null): Form
}

/** An answer as it is sent. */
export interface Form {
  /** Names and values in turn, as `writeHead` takes them fastest. */
  readonly head: readonly string[]
  readonly body: Buffer
}

/** What an answer may say about itself while it is being made. */
export interface Ticket {
  /** Of the data: it was seen after the request had come. */
  readonly version: string
  /** It must not be kept: what it says is not what the version stands for. */
  spoil(): void
  /** It is good until then at most, milliseconds since 1970. */
  until(instant: number): void
}

export interface Made {
  headers: Readonly<Record<string, string>>
  body: Buffer
}

export type Make = (ticket: Ticket) => Promise<Made | null>

export interface Answers {
  /**
   * @param key what was asked, and by whom as far as the answer depends on it
   * @param version of the data, read after the request had come
   * @param make null when that is nothing to be kept
   * @returns null when it is not to be had here: the caller goes the long way alone
   */
  get(key: string, version: string, make: Make): Promise<Answer | null>
  /** The answer if it is there, without waiting. */
  peek(key: string, version: string): Answer | null
}

interface Kept {
  version: string
  until: number
  bytes: number
  answer: Answer
}

export interface AnswersOptions {
  now: () => number
  /** Bytes kept at most, keys included; the answer that was asked for longest ago goes first. */
  limitBytes: number
}

const FASTER = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }
/** Below this, compressing costs more than it saves. */
const WORTH_COMPRESSING = 1_024

export function createAnswers({ now, limitBytes }: AnswersOptions): Answers {
  const kept = new Map<string, Kept>()
  const underWay = new Map<string, Promise<Answer | null>>()
  /** Key of what was asked for last. */
  let latest: string | null = null
  let bytes = 0

  function peek(key: string, version: string): Answer | null {
    const found = kept.get(key)
    if (found === undefined || found.version !== version || found.until <= now()) return null
    if (key !== latest) {
      // The order of the map is that of use.
      kept.delete(key)
      kept.set(key, found)
      latest = key
    }
    return found.answer
  }

  function forget(key: string): void {
    bytes -= kept.get(key)?.bytes ?? 0
    kept.delete(key)
  }

  function keep(key: string, made: Omit<Kept, 'bytes'>): void {
    forget(key)
    const size = 2 * key.length + 2 * made.answer.as(null).body.length
    if (size > limitBytes) return
    kept.set(key, { ...made, bytes: size })
    latest = key
    bytes += size
    for (const oldest of kept.keys()) {
      if (bytes <= limitBytes) break
      forget(oldest)
    }
  }

  async function produce(key: string, version: string, make: Make): Promise<Answer | null> {
    let until = Infinity
    let spoilt = false
    const ticket: Ticket = {
      version,
      spoil: () => void (spoilt = true),
      until: (instant) => void (until = Math.min(until, instant)),
    }
    const made = await make(ticket)
    if (made === null) return null
    const answer = answerOf(made)
    if (!spoilt && until > now()) keep(key, { version, until, answer })
    return answer
  }

  return {
    peek,
    async get(key, version, make) {
      const found = peek(key, version)
      if (found !== null) return found
      const one = `${version}\n${key}`
      const shared = underWay.get(one)
      if (shared !== undefined) return shared
      const making = produce(key, version, make).finally(() => underWay.delete(one))
      underWay.set(one, making)
      return making
    },
  }
}

function answerOf({ headers, body }: Made): Answer {
  const etag = createHash('sha256').update(body).digest('base64url').slice(0, 27)
  const vary = [headers['vary'], 'Accept-Encoding'].filter(Boolean).join(', ')
  const { vary: _vary, ...others } = headers

  function formOf(encoding: Encoding | null, content: Buffer): Form {
    const own = {
      ETag: `"${etag}${encoding === null ? '' : `-${encoding}`}"`,
      Vary: vary,
      'Content-Length': String(content.length),
      ...(encoding !== null && { 'Content-Encoding': encoding }),
    }
    return { head: Object.entries({ ...others, ...own }).flat(), body: content }
  }

  const plain = formOf(null, body)
  const compressed: Partial<Record<Encoding, Form>> = {}
  const compress = {
    br: () => promisify(brotliCompress)(body, FASTER),
    gzip: () => promisify(gzip)(body),
  }
  return {
    etag,
    as(encoding) {
      if (encoding === null || body.length < WORTH_COMPRESSING) return plain
      if (compressed[encoding] === undefined) {
        compressed[encoding] = plain
        compress[encoding]().then(
          (made) => (compressed[encoding] = formOf(encoding, made)),
          () => {}, // Then it goes as it is.
        )
      }
      return compressed[encoding]
    },
  }
}
