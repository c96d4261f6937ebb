/** Health and metrics of a process that serves nothing else: a scan worker. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { opsRoutes, type Ops } from './routes.ts'

export interface OpsServer {
  /** Where it listens, without a path; with `port` 0, on one that was free. */
  url: string
  close(): Promise<void>
}

/** @throws what `listen` says when the port cannot be had */
export async function createOpsServer(
  { host, port }: { host: string; port: number },
  ops: Ops,
): Promise<OpsServer> {
  const listen = getRequestListener(opsRoutes(ops).fetch, { overrideGlobalObjects: false })
  const server = createServer((request, response) => void listen(request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
