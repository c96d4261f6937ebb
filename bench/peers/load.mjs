/**
 * `node load.mjs <request as JSON>`: asks one server as often as it can over connections that are kept, and tells how
 * often, and how busy it was itself. A client that parses HTTP as clients should is busier than a server that sends ready
 * bytes, and would measure itself: this one reads of an answer its status and its length, and counts the rest.
 */
import { connect } from 'node:net'

const { url, path, headers, body, connections, seconds } = JSON.parse(process.argv[2])
const { hostname, port, host } = new URL(url)
const request = Buffer.from(
  [
    `POST ${path} HTTP/1.1`,
    `host: ${host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n'),
)
/** One for all connections: what has arrived is looked at before the next of them is read. */
const buffer = Buffer.allocUnsafeSlow(256 * 1024)
/** No server here has a head as long as that. */
const HEAD_LIMIT = 4096

let answers = 0
let failures = 0

/** Asks again as soon as an answer is there. */
function askOver() {
  /** The beginning of an answer, until its head is complete. */
  let head = ''
  /** Bytes of the body that have not arrived yet; null before its head has been read. */
  let missing = null
  const socket = connect({ host: hostname, port, noDelay: true, onread: { buffer, callback: read } })
  socket.once('connect', () => socket.write(request))
  socket.once('error', () => (failures += 1))
  // A connection that the server gives up asks no more.
  socket.once('end', () => (failures += 1))

  function read(length) {
    let at = 0
    if (missing === null) {
      const before = head.length
      head += buffer.latin1Slice(0, Math.min(length, HEAD_LIMIT))
      const end = head.indexOf('\r\n\r\n')
      if (end === -1 && head.length < HEAD_LIMIT) return true
      if (end === -1) throw new Error('The head of an answer has no end.')
      at = end + 4 - before
      missing = lengthOf(head.slice(0, end))
      head = ''
    }
    missing -= length - at
    if (missing > 0) return true
    if (missing < 0) throw new Error('There is more in an answer than it has announced.')
    missing = null
    answers += 1
    socket.write(request)
    return true
  }
  return socket
}

function lengthOf(head) {
  if (!head.startsWith('HTTP/1.1 2')) failures += 1
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length === undefined) throw new Error(`An answer does not tell its length:\n${head}`)
  return Number(length)
}

const before = process.cpuUsage()
const began = performance.now()
const sockets = Array.from({ length: connections }, askOver)
setTimeout(() => {
  const elapsedMs = performance.now() - began
  const { user, system } = process.cpuUsage(before)
  for (const socket of sockets) socket.destroy()
  process.send({
    perSecond: (answers * 1000) / elapsedMs,
    failures,
    busy: (user + system) / 1000 / elapsedMs,
  })
}, seconds * 1000)
