/** Reads as much of a Dockerfile as ours uses. */

export interface Instruction {
  /** Upper case, such as `COPY`. */
  keyword: string
  /** Everything after the keyword, continued lines joined. */
  text: string
}

export interface Stage {
  name: string
  /** The image it begins with. */
  from: string
  instructions: Instruction[]
}

export function readDockerfile(text: string): Stage[] {
  const stages: Stage[] = []
  const lines = text
    .replace(/^\s*#.*$/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
  for (const line of lines) {
    const [, keyword, value] = /^\s*([A-Za-z]+)\s+(.*?)\s*$/.exec(line) ?? []
    if (keyword === undefined || value === undefined) continue
    if (keyword.toUpperCase() === 'FROM') {
      const [from = '', , name = String(stages.length)] = value.split(/\s+/)
      stages.push({ name, from, instructions: [] })
    } else {
      stages.at(-1)?.instructions.push({ keyword: keyword.toUpperCase(), text: value })
    }
  }
  return stages
}

export function stageOf(stages: Stage[], name: string): Stage {
  const stage = stages.find((candidate) => candidate.name === name)
  if (stage === undefined) throw new Error(`the Dockerfile has no stage ${name}`)
  return stage
}

/** What each `ENV` of the stage sets. */
export function environmentOf({ instructions }: Stage): Record<string, string> {
  const settings = instructions.filter(({ keyword }) => keyword === 'ENV')
  return Object.fromEntries(
    settings.flatMap(({ text }) => text.split(/\s+/).map((pair) => pair.split(/=(.*)/).slice(0, 2))),
  ) as Record<string, string>
}

/** The program and its arguments that the stage's image starts. */
export function commandOf({ instructions }: Stage): string[] {
  return JSON.parse(instructions.findLast(({ keyword }) => keyword === 'CMD')?.text ?? '[]') as string[]
}

/** The last value of an instruction such as `USER`; null without one. */
export function lastOf({ instructions }: Stage, keyword: string): string | null {
  return instructions.findLast((instruction) => instruction.keyword === keyword)?.text ?? null
}
