/**
 * `npx tsx scripts/schema-changes.ts`: what breaks clients, from each version of `schema.graphql` in git to the next, and
 * from the last of them to the file as it is. Each such change must stand in docs/api-changes.md, word for word, or this
 * exits 1. A shallow clone is checked as far back as it goes.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { buildSchema, findBreakingChanges } from 'graphql'

const root = new URL('..', import.meta.url)
const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()

/** @returns sentences such as `Query.stocks was removed.` */
export function breakingChanges(before: string, after: string): string[] {
  return findBreakingChanges(buildSchema(before), buildSchema(after)).map(({ description }) => description)
}

/** Every version in git, oldest first, and the file as it is. */
function versions(): { name: string; sdl: string }[] {
  const commits = git('log', '--format=%h', '--reverse', '--', 'schema.graphql').split('\n').filter(Boolean)
  return [
    ...commits.map((name) => ({ name, sdl: git('show', `${name}:schema.graphql`) })),
    { name: 'now', sdl: readFileSync(new URL('schema.graphql', root), 'utf8') },
  ]
}

function unannounced(): string[] {
  const announced = readFileSync(new URL('docs/api-changes.md', root), 'utf8')
  const all = versions()
  return all.slice(1).flatMap(({ name, sdl }, index) => {
    const changes = breakingChanges(all[index]?.sdl ?? sdl, sdl)
    return changes.filter((change) => !announced.includes(change)).map((change) => `${name}: ${change}`)
  })
}

if (process.argv[1] === import.meta.filename) {
  const missing = unannounced()
  for (const change of missing)
    process.stdout.write(`Breaks clients, and is not in docs/api-changes.md: ${change}\n`)
  process.exitCode = missing.length === 0 ? 0 : 1
}
