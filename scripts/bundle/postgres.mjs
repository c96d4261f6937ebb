/** A Postgres server for a moment, on any machine: the embedded database behind a port of this process. */
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Good for one client at a time with one statement at a time, however many connections it makes. */
export async function startPostgres(PGlite) {
  const database = await PGlite.create('memory://')
  let turn = Promise.resolve()
  async function answer(before, message, socket) {
    await before
    const said = await database.execProtocolRaw(message)
    if (!socket.destroyed) socket.write(said)
  }
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (message) => {
      turn = answer(turn, message, socket)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `postgres://postgres@127.0.0.1:${server.address().port}/postgres`,
    async close() {
      server.close()
      await turn
      await database.close()
    },
  }
}
