/** How many connections one person, and one address, may hold open at a time: sockets and streams together. */
import { networkOf } from './network.ts'

export interface Connections {
  /** Counts one more; the answer gives it back, once. Or whose bound is reached. */
  open(viewerId: string | null, address: string): (() => void) | 'USER' | 'ADDRESS'
}

export interface ConnectionBounds {
  /** 0: no bound. */
  perUser: number
  /** 0: no bound. */
  perAddress: number
}

export function createConnections({ perUser, perAddress }: ConnectionBounds): Connections {
  const users = createGauge(perUser)
  const addresses = createGauge(perAddress)
  return {
    open(viewerId, address) {
      const network = networkOf(address)
      if (viewerId !== null && users.isFull(viewerId)) return 'USER'
      if (addresses.isFull(network)) return 'ADDRESS'
      addresses.add(network)
      if (viewerId !== null) users.add(viewerId)
      let isOpen = true
      return () => {
        if (!isOpen) return
        isOpen = false
        addresses.remove(network)
        if (viewerId !== null) users.remove(viewerId)
      }
    },
  }
}

/** Keeps names only as long as they hold something. */
function createGauge(bound: number) {
  const held = new Map<string, number>()
  return {
    isFull: (name: string) => bound > 0 && (held.get(name) ?? 0) >= bound,
    add(name: string): void {
      held.set(name, (held.get(name) ?? 0) + 1)
    },
    remove(name: string): void {
      const left = (held.get(name) ?? 0) - 1
      if (left > 0) held.set(name, left)
      else held.delete(name)
    },
  }
}
