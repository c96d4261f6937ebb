/** `npm run dev`: the server restarts and the page reloads as their sources change; open http://localhost:5173. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root, setUp } from './setup.mjs'

setUp({ page: false })
const run = (command, args, cwd) => spawn(process.execPath, [command, ...args], { cwd, stdio: 'inherit' })
const children = [
  run(
    join(root, 'node_modules/tsx/dist/cli.mjs'),
    ['watch', '--clear-screen=false', 'server/src/main.ts'],
    root,
  ),
  run(join(root, 'web/node_modules/vite/bin/vite.js'), [], join(root, 'web')),
]
const stop = () => children.forEach((child) => child.kill('SIGTERM'))
process.once('SIGINT', stop)
process.once('SIGTERM', stop)
for (const child of children) child.once('exit', stop)
