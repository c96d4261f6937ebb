/** Bodies larger than any operation are refused: by what they say of themselves, or when they turn out to be. */
import type { MiddlewareHandler } from 'hono'
import { problem } from './problem.ts'

const MAX_BYTES = 256 * 1024

export function smallBodies(): MiddlewareHandler {
  return async (c, next) => {
    const { raw } = c.req
    const length = raw.headers.get('content-length')
    if (length !== null && Number(length) > MAX_BYTES) return tooLarge()
    if (raw.headers.has('transfer-encoding') && raw.body !== null) {
      const body = await read(raw.body)
      if (body === null) return tooLarge()
      const { method, headers, signal, url } = raw
      c.req.raw = new Request(url, { method, headers, signal, body })
    }
    return next()
  }
}

/** Null as soon as it is too much. */
async function read(stream: ReadableStream<Uint8Array>): Promise<Blob | null> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.byteLength
    if (size > MAX_BYTES) return null
    chunks.push(new Uint8Array(chunk))
  }
  return new Blob(chunks)
}

const tooLarge = () =>
  problem({
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    message: `A request may have ${MAX_BYTES / 1024} kB at most.`,
    // What follows on the connection is the rest of the body: nobody reads it.
    headers: { Connection: 'close' },
  })
