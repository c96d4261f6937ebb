/** Whose word is taken for where a request comes from. */
import { describe, expect, test } from 'vitest'
import { createClientAddresses } from '../../../server/src/client-address.ts'

const PROXY = '10.0.0.1'

describe('behind trusted proxies', () => {
  const { addressOf, isTrusted } = createClientAddresses([PROXY, '192.168.0.0/16', 'fd00::/8'])

  test.each([
    ['no header', PROXY, null, PROXY],
    ['one address', PROXY, '203.0.113.7', '203.0.113.7'],
    ['an invention before the real one', PROXY, '1.2.3.4, 203.0.113.7', '203.0.113.7'],
    ['a second trusted proxy', PROXY, '203.0.113.7, 192.168.4.4', '203.0.113.7'],
    ['a second trusted proxy, and an invention', PROXY, '8.8.8.8, 203.0.113.7, 192.168.4.4', '203.0.113.7'],
    ['nothing but proxies', PROXY, '192.168.1.1, 192.168.4.4', '192.168.1.1'],
    ['an address with a port', PROXY, '203.0.113.7:4711', '203.0.113.7'],
    ['an IPv6 address', PROXY, '2001:db8::7', '2001:db8::7'],
    ['an IPv6 address with a port', PROXY, '[2001:db8::7]:4711', '2001:db8::7'],
    ['an IPv6 proxy', 'fd12::1', '203.0.113.7', '203.0.113.7'],
    ['IPv4 written as IPv6', '::ffff:10.0.0.1', '::ffff:203.0.113.7', '203.0.113.7'],
    ['no address at all', PROXY, 'unknown', PROXY],
    ['rubbish before the proxy', PROXY, '203.0.113.7, ",;, 192.168.4.4', '192.168.4.4'],
    ['emptiness', PROXY, '', PROXY],
  ])('%s', (_case, socketAddress, forwardedFor, address) => {
    expect(addressOf({ socketAddress, forwardedFor })).toBe(address)
  })

  test('what others than the proxies say is not believed', () => {
    expect(addressOf({ socketAddress: '203.0.113.9', forwardedFor: '1.2.3.4' })).toBe('203.0.113.9')
    expect([isTrusted('203.0.113.9'), isTrusted(PROXY), isTrusted('::ffff:10.0.0.1')]).toEqual([
      false,
      true,
      true,
    ])
  })
})

test('without proxies, it is the address of the socket, whatever the headers say', () => {
  const { addressOf, isTrusted } = createClientAddresses([])
  expect(addressOf({ socketAddress: '127.0.0.1', forwardedFor: '1.2.3.4' })).toBe('127.0.0.1')
  expect(addressOf({ socketAddress: '::ffff:127.0.0.1', forwardedFor: null })).toBe('127.0.0.1')
  expect(isTrusted('127.0.0.1')).toBe(false)
})
