/** An empty Postgres database of the test's own, on the server of the test run. */
import { randomUUID } from 'node:crypto'
import { Client } from 'pg'

export async function createDatabase(): Promise<string> {
  const server = process.env['TEST_DATABASE_URL'] ?? ''
  const name = `wheel_${randomUUID().replaceAll('-', '')}`
  const client = new Client({ connectionString: server })
  await client.connect()
  await client.query(`CREATE DATABASE ${name}`)
  await client.end()
  return server.replace(/\/[^/]*$/, `/${name}`)
}
