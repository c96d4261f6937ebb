/** Structured logs on standard output; readable ones on a terminal. */
import { pino, type DestinationStream, type Logger } from 'pino'
import { logFields } from './ops/log-fields.ts'

const secrets = ['cookie', 'authorization', 'password', 'token', 'secret', 'setupCode', '["set-cookie"]']
/** At the top of a line, in an object of it, and in an object of that (`req.headers.cookie`). */
const places = secrets.flatMap((name) => {
  const below = name.startsWith('[') ? name : `.${name}`
  return [name, `*${below}`, `*.*${below}`]
})

/** Where secrets stand in the middle of a text: in an address, a header that is quoted, the message of an error. */
const withoutSecrets = (line: string): string =>
  line
    .replace(/\bwa_[\w-]{8,}/g, 'wa_[Redacted]')
    .replace(/\b(Bearer|Basic) [\w.~+/=-]{8,}/gi, '$1 [Redacted]')
    .replace(/:\/\/[^\s"@/]*:[^\s"@/]*@/g, '://[Redacted]@')
    .replace(/([?&#](?:access_token|token|secret|password|code)=)[^\s"&#]+/gi, '$1[Redacted]')

/** @param destination where the lines go, instead of standard output */
export function createLog(level: string, destination?: DestinationStream): Logger {
  // What a line says itself wins over what is known of the work around it.
  const options = {
    level,
    redact: places,
    mixin: () => logFields(),
    hooks: { streamWrite: withoutSecrets },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** For people who look on; undefined where nobody does, and programs read the lines. */
export async function readableLines(): Promise<DestinationStream | undefined> {
  if (!process.stdout.isTTY) return undefined
  const { PinoPretty } = await import('pino-pretty')
  // In this thread: one of its own would look for its code in a file, which the bundle has not.
  return PinoPretty({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss', sync: true })
}
