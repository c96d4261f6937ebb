/** Signing in, up and out, at better-auth's endpoints. Each throws an `Error` with a sentence for the person. */

import type { UserRole } from '../gql/graphql.ts'

const sentences: Record<string, string> = {
  INVALID_EMAIL_OR_PASSWORD: 'The e-mail address or the password is not right.',
  WRONG_SETUP_CODE: 'The set-up code is not right. The server prints it when it starts.',
}

async function post<T = unknown>(path: string, body: object): Promise<T> {
  let response: Response
  try {
    response = await fetch(`/api/auth/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  } catch {
    throw new Error('The server cannot be reached. Is it running?')
  }
  if (response.ok) return (await response.json()) as T
  const said = (await response.json().catch(() => ({}))) as { code?: string; message?: string }
  throw new Error(
    sentences[said.code ?? ''] ?? said.message ?? `The server answered with ${response.status}.`,
  )
}

export const signIn = (account: { email: string; password: string }) => post('sign-in/email', account)

export const setUp = (account: { name: string; email: string; password: string; setupCode: string }) =>
  post('sign-up/email', account)

export interface InvitationToJoin {
  /** Null: any. */
  email: string | null
  role: UserRole
}

export const lookAtInvitation = (invitation: string) => post<InvitationToJoin>('invitation', { invitation })

export const join = (account: { name: string; email: string; password: string; invitation: string }) =>
  post('sign-up/email', account)

/** Says nothing about whether there is such an account. */
export const requestPasswordReset = (email: string) => post('request-password-reset', { email })

export const resetPassword = (token: string, password: string) => post('reset-password', { token, password })

export const signOut = () => post('sign-out', {})

/** Exists in LOCAL only, made by the server. */
export const demoAccount = { email: 'demo@example.com', password: 'demo-wheel' }
