/** Where a request comes from: the address of its socket or, behind proxies that are trusted, the one that they saw. */
import { BlockList, isIP } from 'node:net'

/** What is known of a request before anything of it is believed. */
export interface Peer {
  socketAddress: string | undefined
  /** The X-Forwarded-For header: each proxy adds the address that it saw at the end. */
  forwardedFor: string | null | undefined
}

export interface ClientAddresses {
  /** An IPv4 address that is written as an IPv6 one is answered as IPv4. */
  addressOf(peer: Peer): string
  /** Whether the other end of the socket is a proxy whose forwarding headers are believed. */
  isTrusted(socketAddress: string | undefined): boolean
}

const LOOPBACK = '127.0.0.1'

/** @param trustedProxies addresses and networks such as `10.0.0.0/8` */
export function createClientAddresses(trustedProxies: readonly string[]): ClientAddresses {
  const trusted = new BlockList()
  for (const network of trustedProxies) {
    const [address = '', bits] = network.split('/')
    if (bits === undefined) trusted.addAddress(address, familyOf(address))
    else trusted.addSubnet(address, Number(bits), familyOf(address))
  }
  const isProxy = (address: string) => trusted.check(address, familyOf(address))

  return {
    addressOf({ socketAddress, forwardedFor }) {
      let address = folded(socketAddress ?? LOOPBACK)
      const hops = forwardedFor?.split(',') ?? []
      // From the nearest: what stands before an address that nobody vouches for, anybody may have written.
      for (const hop of hops.toReversed()) {
        if (!isProxy(address)) break
        const before = folded(withoutPort(hop.trim()))
        if (isIP(before) === 0) break
        address = before
      }
      return address
    },
    isTrusted: (socketAddress) => isProxy(folded(socketAddress ?? LOOPBACK)),
  }
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** `::ffff:192.0.2.1` is how a socket for both families writes 192.0.2.1. */
const folded = (address: string) => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')

/** Some proxies write the port as well: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
const withoutPort = (hop: string) =>
  hop.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1').replace(/^\[(.*)\](:\d+)?$/, '$1')
