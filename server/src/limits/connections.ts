/** How many connections one person, and one address, may hold open at a time: sockets and streams together. */
import { networkOf } from './network.ts'

export interface Connections {
  /** Counts one more; the answer gives it back, once. Or whose bound is reached. */
  open(viewerId: string | null, address: string): (() => void) | Bound
  /** Counts one more, for those who keep in mind themselves that they have to give it back, once. Or whose bound is reached. */
  take(viewerId: string | null, address: string): Bound | null
  giveBack(viewerId: string | null, address: string): void
}

/** Whose bound is reached. */
type Bound = 'USER' | 'ADDRESS'

export interface ConnectionBounds {
  /** 0: no bound. */
  perUser: number
  /** 0: no bound. */
  perAddress: number
}

export function createConnections({ perUser, perAddress }: ConnectionBounds): Connections {
  const users = createGauge(perUser)
  const addresses = createGauge(perAddress)

  function take(viewerId: string | null, address: string): Bound | null {
    const network = networkOf(address)
    if (viewerId !== null && users.isFull(viewerId)) return 'USER'
    if (addresses.isFull(network)) return 'ADDRESS'
    addresses.add(network)
    if (viewerId !== null) users.add(viewerId)
    return null
  }

  function giveBack(viewerId: string | null, address: string): void {
    addresses.remove(networkOf(address))
    if (viewerId !== null) users.remove(viewerId)
  }

  return {
    take,
    giveBack,
    open(viewerId, address) {
      const bound = take(viewerId, address)
      if (bound !== null) return bound
      let isOpen = true
      return () => {
        if (isOpen) giveBack(viewerId, address)
        isOpen = false
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
