/** How many connections a person, and an address, holds open. */
import { expect, test } from 'vitest'
import { createConnections } from '../../../server/src/limits/connections.ts'

const opened = (answer: ReturnType<ReturnType<typeof createConnections>['open']>) => {
  if (typeof answer === 'string') throw new Error(`refused for the bound of the ${answer}`)
  return answer
}

test('a person has a bound, and room again when one is closed, once', () => {
  const connections = createConnections({ perUser: 2, perAddress: 0 })
  const close = opened(connections.open('ann', '203.0.113.7'))
  opened(connections.open('ann', '198.51.100.1'))
  expect(connections.open('ann', '203.0.113.7')).toBe('USER')
  opened(connections.open('bob', '203.0.113.7'))
  close()
  close()
  opened(connections.open('ann', '203.0.113.7'))
  expect(connections.open('ann', '203.0.113.7')).toBe('USER')
})

test('an address has a bound, whoever is behind it, and an IPv6 network is one address', () => {
  const connections = createConnections({ perUser: 0, perAddress: 2 })
  opened(connections.open('ann', '2001:db8::1'))
  const close = opened(connections.open(null, '2001:db8::2'))
  expect(connections.open('bob', '2001:db8::3')).toBe('ADDRESS')
  opened(connections.open('bob', '2001:db8:0:1::3'))
  close()
  opened(connections.open('bob', '2001:db8::3'))
})

test('whoever is refused for the address does not count for the person', () => {
  const connections = createConnections({ perUser: 1, perAddress: 1 })
  const close = opened(connections.open(null, '203.0.113.7'))
  expect(connections.open('ann', '203.0.113.7')).toBe('ADDRESS')
  close()
  opened(connections.open('ann', '203.0.113.7'))
})

test('0 bounds nothing', () => {
  const connections = createConnections({ perUser: 0, perAddress: 0 })
  for (let count = 0; count < 1_000; count += 1) opened(connections.open('ann', '203.0.113.7'))
})
