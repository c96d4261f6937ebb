/** `npm test [vitest arguments]`: sets everything up and runs every test that this machine allows. */
import { call, setUp } from './setup.mjs'

setUp()
process.exit(
  call(process.execPath, [
    'tests/node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'tests/vitest.config.ts',
    ...process.argv.slice(2),
  ]),
)
