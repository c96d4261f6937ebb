/** The programs in docs/api.md, run as a reader would run them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

export const guide = readFileSync(join(root, 'docs/api.md'), 'utf8')

/** Fenced blocks that have a name: ```` ```ts graphql-ws.ts ````. */
const examples = new Map(
  [...guide.matchAll(/^```\w+ ([\w.-]+)\n(.*?)^```$/gms)].map(([, name = '', text = '']) => [name, text]),
)

export interface Examples extends Disposable {
  /** Runs until the program ends, or has written what `enough` looks for. */
  run(name: string, enough?: RegExp): Promise<Ran>
}

export interface Ran {
  /** Null when it was ended because it had written enough. */
  code: number | null
  /** What it has written, both ways. */
  output: string
}

/** @param settings the environment: WHEEL_URL and WHEEL_TOKEN */
export function unpackExamples(settings: Record<string, string>): Examples {
  // Where the packages of the clients are found.
  const folder = mkdtempSync(join(root, 'tests/node_modules/.examples-'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  for (const [name, text] of examples) writeFileSync(join(folder, name), text)
  return {
    async run(name, enough) {
      const program = join(folder, name)
      if (!examples.has(name)) throw new Error(`docs/api.md has no ${name}`)
      const [command, args] = name.endsWith('.ts')
        ? [process.execPath, ['--import', 'tsx/esm', program]]
        : ['bash', ['-eu', program]]
      const { PATH = '', HOME = '' } = process.env
      const child = spawn(command, args, { cwd: root, env: { PATH, HOME, ...settings }, detached: true })
      let output = ''
      let isEnough = false
      const hear = (chunk: Buffer) => {
        output += chunk.toString()
        if (child.pid === undefined || isEnough || enough?.test(output) !== true) return
        isEnough = true
        // With the programs that a script has started.
        process.kill(-child.pid)
      }
      child.stdout.on('data', hear)
      child.stderr.on('data', hear)
      const [code] = (await once(child, 'close')) as [number | null]
      return { code, output }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
