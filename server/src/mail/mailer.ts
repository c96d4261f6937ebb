/** Mail to people: a few plain sentences and a link, over the operator's SMTP server. */
import { createTransport } from 'nodemailer'
import type SMTPConnection from 'nodemailer/lib/smtp-connection/index.js'
import type { Log } from '../scan/ports.ts'

export interface Mail {
  to: string
  subject: string
  text: string
}

export interface Mailer {
  /** Whether the mail server took it. Never throws: the link can be handed out in another way. */
  send(mail: Mail): Promise<boolean>
  close(): void
}

export interface MailerOptions {
  /** `smtps://user:password@mail.example.com`. */
  smtpUrl: string
  /** `Wheel Analyzer <wheel@example.com>`. */
  from: string
  /** A mail server that is silent for longer is not there. */
  patienceMs?: number
  log: Log
}

export function createMailer({ smtpUrl, from, patienceMs = 10_000, log }: MailerOptions): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: patienceMs,
    greetingTimeout: patienceMs,
    socketTimeout: patienceMs,
  })
  return {
    async send(mail) {
      try {
        await transport.sendMail({ from, ...mail, disableFileAccess: true, disableUrlAccess: true })
        return true
      } catch (error) {
        log.error({ reason: reasonOf(error) }, 'Mail could not be sent.')
        return false
      }
    },
    close: () => transport.close(),
  }
}

/**
 * Without the words of the mail server: it may repeat the address of the person, or the mail, whose link is a right.
 */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, command, responseCode } = error as SMTPConnection.SMTPError
  return responseCode === undefined ? error.message : `${code}: ${responseCode} to ${command}`
}
