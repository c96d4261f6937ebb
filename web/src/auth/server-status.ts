import { use } from 'react'

/** What anybody may know about this server before signing in. */
export interface ServerStatus {
  environment: 'LOCAL' | 'PRODUCTION'
  demoAccount: boolean
  needsSetup: boolean
  simulated: boolean
  /** Whether the server can send mail. */
  mail: boolean
}

const unknown: ServerStatus = {
  environment: 'PRODUCTION',
  demoAccount: false,
  needsSetup: false,
  simulated: false,
  mail: false,
}

async function fetchStatus(): Promise<ServerStatus> {
  try {
    const response = await fetch('/api/status')
    return response.ok ? ((await response.json()) as ServerStatus) : unknown
  } catch {
    return unknown
  }
}

const status = fetchStatus()

/** Suspends until the server has answered; asked once. */
export function useServerStatus(): ServerStatus {
  return use(status)
}
