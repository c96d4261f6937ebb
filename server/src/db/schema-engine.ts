/**
 * Prisma's own schema engine, as WebAssembly and in this process: it reads `prisma/migrations`, keeps the table
 * `_prisma_migrations`, and speaks to any database through a driver adapter. So the embedded database and Postgres
 * take the same migrations, and nothing has to be downloaded.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'
import type { SchemaEngine, SchemasContainer } from '@prisma/schema-engine-wasm/schema_engine_bg'

const schemaFile = fileURLToPath(new URL('../../../prisma/schema.prisma', import.meta.url))

/** What the engine needs of the global that only the DOM's types declare. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>
}

/** Nothing in the database is kept out of the migrations. */
export const everything = { externalTables: [], externalEnums: [] }

let loaded: Promise<void> | null = null

/** The bindings hold one instance for the whole process, so it is loaded once, by the first who needs it. */
const load = async (): Promise<void> => {
  const bindingsFile = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const bytes = await readFile(bindingsFile.replace(/\.js$/, '.wasm'))
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': { ...bindings } })
  bindings.__wbg_set_wasm(instance.exports)
  const start = instance.exports['__wbindgen_start']
  if (typeof start === 'function') start()
}

/** An engine on the database that the adapter leads to. Give it back with `free()`. */
export const openSchemaEngine = async (
  adapter: SqlMigrationAwareDriverAdapterFactory,
): Promise<SchemaEngine> => {
  await (loaded ??= load())
  const ignoreLogs = () => {}
  return bindings.SchemaEngine.new(
    { datamodels: undefined },
    ignoreLogs,
    bindMigrationAwareSqlAdapterFactory(adapter),
  )
}

/** `schema.prisma`, as the engine wants it. */
export const readSchema = async (): Promise<SchemasContainer> => ({
  files: [{ path: schemaFile, content: await readFile(schemaFile, 'utf8') }],
})
