/** `npm start`: everything that is needed, then the server in this same process, so that signals reach it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root, setUp } from './setup.mjs'

setUp()
process.chdir(root)
const settings = join(root, '.env')
// Variables that are already set win over the file.
if (existsSync(settings)) process.loadEnvFile(settings)
const { register } = await import('tsx/esm/api')
register()
await import('../server/src/main.ts')
