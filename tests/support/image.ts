/**
 * Builds an image of the Dockerfile without Docker: its COPY and RUN lines are carried out in folders. An image's root
 * is a folder here, so absolute paths in commands are led into it, and its user is one that this machine has.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, matchesGlob, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readDockerfile, stageOf, type Stage } from './dockerfile.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))

export interface Identity {
  uid: number
  gid: number
}

export interface Image extends Disposable {
  stage: Stage
  /** The image's `/`. */
  root: string
  /** The folder that its command runs in. */
  workdir: string
}

/** Somebody without rights, where we have any; otherwise who we are. */
export function unprivileged(): Identity {
  const id = (flag: string, user: string[]) =>
    Number(execFileSync('id', [flag, ...user], { encoding: 'utf8' }))
  const user = process.getuid?.() === 0 ? ['nobody'] : []
  return { uid: id('-u', user), gid: id('-g', user) }
}

/** @param user who the image's user is here */
export function buildImage(name: string, user: Identity): Image {
  const stages = readDockerfile(readFileSync(join(repository, 'Dockerfile'), 'utf8'))
  const folder = mkdtempSync(join(tmpdir(), 'wheel-image-'))
  chmodSync(folder, 0o755)
  const built = new Map<string, string>()

  function build(stage: Stage): string {
    const root = join(folder, stage.name)
    let workdir = root
    mkdirSync(root)
    const within = (path: string) => (path.startsWith('/') ? join(root, path) : resolve(workdir, path))
    for (const { keyword, text } of stage.instructions) {
      switch (keyword) {
        case 'WORKDIR':
          workdir = within(text)
          mkdirSync(workdir, { recursive: true })
          break
        case 'COPY': {
          const from = /--from=(\S+)/.exec(text)?.[1]
          const [source = '', target = ''] = text.split(/\s+/).filter((word) => !word.startsWith('--'))
          if (from === undefined) copyContext(join(repository, source), within(target))
          else cpSync(join(rootOf(from), source), within(target), { recursive: true })
          break
        }
        case 'RUN':
          run(
            text.replace(/(?<=\s)\/(?=\w)/g, `${root}/`).replace(/\bnode:node\b/g, `${user.uid}:${user.gid}`),
            workdir,
          )
          break
        default:
      }
    }
    built.set(stage.name, workdir)
    return root
  }
  const rootOf = (other: string) => (built.has(other) ? join(folder, other) : build(stageOf(stages, other)))

  const stage = stageOf(stages, name)
  const root = build(stage)
  return {
    stage,
    root,
    workdir: built.get(name) ?? root,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function run(command: string, cwd: string): void {
  const { PATH = '', HOME = '' } = process.env
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd,
    env: { PATH, HOME },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${command}\nended with ${status}:\n${stdout}${stderr}`)
}

/** What `.dockerignore` leaves of a folder of the repository. The last pattern that fits a file, or a folder that it is in, decides. */
function copyContext(from: string, to: string): void {
  const patterns = readFileSync(join(repository, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  const isLeftOut = (path: string) => {
    const places = [path]
    while (dirname(places[0] ?? '') !== '.') places.unshift(dirname(places[0] ?? ''))
    const last = patterns.findLast((pattern) =>
      places.some((place) => matchesGlob(place, pattern.replace('!', ''))),
    )
    return last !== undefined && !last.startsWith('!')
  }
  const visit = (path: string) => {
    for (const entry of readdirSync(join(from, path), { withFileTypes: true })) {
      const place = join(path, entry.name)
      // What may be large, and is never wanted: looking into it would take longer than all the rest.
      if (['.git', 'node_modules'].includes(entry.name)) continue
      if (entry.isDirectory()) visit(place)
      else if (!isLeftOut(place)) cpSync(join(from, place), join(to, place))
    }
  }
  visit('')
}
