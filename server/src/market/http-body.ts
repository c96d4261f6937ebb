/** Reads what a vendor sent: bounded, and checked to be JSON before anybody believes it. */
import { MarketDataError } from '../scan/errors.ts'

/**
 * The body as text, read piece by piece so that no answer, however large once unpacked, fills the memory.
 * @throws MarketDataError once it is over `maxBytes`
 */
export async function readText(vendor: string, response: Response, maxBytes: number): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of response.body ?? []) {
    bytes += piece.byteLength
    if (bytes > maxBytes) {
      // Leaving the loop by a throw cancels the stream, and with it the download.
      throw new MarketDataError('BAD_RESPONSE', `${vendor}'s answer is too large to be an option chain.`)
    }
    pieces.push(piece)
  }
  return new TextDecoder().decode(Buffer.concat(pieces))
}

/**
 * The text as JSON. Bot checks, error pages and cut connections often come with status 200, so each has its sentence.
 * @throws MarketDataError
 */
export function parseJson(vendor: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    // Without the parser's own error, which quotes the answer: that may repeat our request, token and all.
    throw new MarketDataError('BAD_RESPONSE', describe(vendor, text.trim(), String(error)))
  }
}

function describe(vendor: string, text: string, problem: string): string {
  if (text === '') return `${vendor} answered with nothing.`
  if (text.startsWith('<')) return `${vendor} answered with a web page instead of data.`
  return brokeOff(text, problem)
    ? `${vendor}'s answer broke off in the middle.`
    : `${vendor} answered with something that is not data.`
}

/** True when the parser stumbled at the very end; the few characters of slack are those of a cut `\u00e9`. */
function brokeOff(text: string, problem: string): boolean {
  if (!/^[{[]/.test(text)) return false
  const position = /at position (\d+)/.exec(problem)?.[1]
  return problem.includes('end of JSON') || Number(position) >= text.length - 5
}
