/** The programs that tests would like to have. Each is null when the machine has none. */
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export const programs = {
  redis: find('redis-server'),
  postgres: find('postgres', postgresFolders()),
  haproxy: find('haproxy', ['/usr/sbin']),
  openssl: find('openssl'),
  chromium: find('chromium') ?? find('chromium-browser') ?? find('google-chrome'),
}

function find(name: string, more: string[] = []): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...more]
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file)) ?? null
}

/** Debian keeps Postgres' server programs out of the path. */
function postgresFolders(): string[] {
  const versions = '/usr/lib/postgresql'
  return existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin')) : []
}
