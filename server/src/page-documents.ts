/** The documents that the built page names by their hash. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as z from 'zod/mini'

const file = fileURLToPath(new URL('../../web/dist/persisted-documents.json', import.meta.url))
const manifest = z.record(z.string().check(z.regex(/^[\da-f]{64}$/)), z.string())

/** By their SHA-256; none when the page is not built, and then it sends them whole. */
export function readPageDocuments(path = file): ReadonlyMap<string, string> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return new Map()
  }
  return new Map(Object.entries(manifest.parse(JSON.parse(text))))
}
