/** `node load.mjs <request as JSON>`: asks one server as often as it can, and tells how often, and how busy it was itself. */
import autocannon from 'autocannon'

const { url, path, headers, body, connections, seconds } = JSON.parse(process.argv[2])
const before = process.cpuUsage()
const began = performance.now()
const result = await autocannon({
  url: `${url}${path}`,
  method: 'POST',
  headers,
  body,
  connections,
  duration: seconds,
  pipelining: 1,
})
const { user, system } = process.cpuUsage(before)
process.send({
  perSecond: result.requests.total / result.duration,
  failures: result.errors + result.non2xx,
  p99Ms: result.latency.p99,
  busy: (user + system) / 1000 / (performance.now() - began),
})
