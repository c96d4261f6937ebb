/** The least that answers. */
import { createServer } from 'node:http'

const body = '{"data":{"scanStatus":{"state":"IDLE"}}}'
const server = createServer((request, response) => {
  request.resume().once('end', () => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(body)
  })
})
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`))
