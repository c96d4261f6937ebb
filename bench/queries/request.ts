/** One GraphQL request over a connection that is kept, and how long its answer took to arrive in full. */
import { request as send, type Agent } from 'node:http'
import { now } from '../clock.ts'

export interface Asked {
  url: string
  cookie?: string
  path?: string
}

export async function request(
  agent: Agent,
  { url, cookie, path = '/graphql' }: Asked,
  query: string,
): Promise<{ ms: number; body: string }> {
  const payload = JSON.stringify({ query })
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(payload),
    Accept: 'application/json',
    ...(cookie !== undefined && { Cookie: cookie }),
  }
  const began = now()
  return new Promise((resolve, reject) => {
    const sent = send(new URL(path, url), { agent, method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () => {
        const ms = now() - began
        const body = Buffer.concat(chunks).toString()
        if (response.statusCode === 200) resolve({ ms, body })
        else reject(new Error(`${url} answered ${response.statusCode}: ${body.slice(0, 300)}`))
      })
    })
    sent.once('error', reject)
    sent.end(payload)
  })
}
