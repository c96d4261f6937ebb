/** Mail to people: a few plain sentences and a link, over the operator's SMTP server. */
import { createTransport } from 'nodemailer'
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
  log: Log
}

/** A mail server that is silent for longer is not there, milliseconds. */
const PATIENCE_MS = 10_000

export function createMailer({ smtpUrl, from, log }: MailerOptions): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
  })
  return {
    async send(mail) {
      try {
        await transport.sendMail({ from, ...mail, disableFileAccess: true, disableUrlAccess: true })
        return true
      } catch (error) {
        // Without the address of the person, and without the mail: its link is a right.
        log.error(
          { reason: error instanceof Error ? error.message : String(error) },
          'Mail could not be sent.',
        )
        return false
      }
    },
    close: () => transport.close(),
  }
}
