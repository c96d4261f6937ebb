/** What is written to people. Links stand on lines of their own. */
import type { Mail } from '../mail/mailer.ts'

export const invitationMail = (to: string, inviter: string, link: string): Mail => ({
  to,
  subject: 'An invitation to Wheel Analyzer',
  text: [
    `${inviter} invites you to Wheel Analyzer, which finds the cash-secured puts worth selling.`,
    'Choose a password here; the link works once, within 7 days:',
    link,
    'If you do not know what this is about, do nothing.',
  ].join('\n\n'),
})

export const passwordResetMail = (to: string, link: string, hours: number): Mail => ({
  to,
  subject: 'Your password at Wheel Analyzer',
  text: [
    `You can choose a new password here; the link works once, within ${hours === 1 ? 'an hour' : `${hours} hours`}:`,
    link,
    'If you did not ask for it, do nothing: your password stays as it is.',
  ].join('\n\n'),
})
