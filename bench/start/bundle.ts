/** Bundles the servers that ours is measured beside at the start, as ours is bundled. */
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { peersFolder } from '../servers/peer.ts'
import type { Program } from './first-answer.ts'

const peers = {
  'node:http': 'node-http.mjs',
  Yoga: 'yoga.mjs',
  'Apollo Server': 'apollo.mjs',
  Mercurius: 'mercurius.mjs',
}

/** @param folder for the bundles */
export async function bundlePeers(folder: string): Promise<Record<string, Program>> {
  const programs: Record<string, Program> = {}
  for (const [name, file] of Object.entries(peers)) {
    const bundle = await rolldown({
      cwd: peersFolder,
      input: join(peersFolder, 'start', file),
      platform: 'node',
      moduleTypes: { '.graphql': 'text' },
      logLevel: 'silent',
    })
    const dir = join(folder, file)
    await bundle.write({ dir, format: 'esm', entryFileNames: 'main.mjs' })
    await bundle.close()
    programs[name] = {
      args: ['main.mjs'],
      cwd: dir,
      env: { PATH: process.env['PATH'], NODE_ENV: 'production' },
      portOf: (said) => /port (\d+)/.exec(said)?.[1],
    }
  }
  return programs
}
