/** Side by side: in each round everything once, so that whatever disturbs the machine disturbs all alike. */
import { median } from './numbers.ts'
import { say } from './progress.ts'

export interface Rounds<Name extends string, Measured> {
  /** The median of what `value` finds in each round; NaN for what was not measured. */
  middle(name: Name, value: (measured: Measured) => number): number
  all(name: Name): Measured[]
}

/** @param what for whoever waits */
export async function inRounds<Name extends string, Measured>(
  rounds: number,
  names: readonly Name[],
  what: string,
  measure: (name: Name, round: number) => Promise<Measured>,
): Promise<Rounds<Name, Measured>> {
  const measured = new Map<Name, Measured[]>(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    // Nobody is always the first.
    const order = names.map((_, index) => names[(index + round) % names.length] as Name)
    for (const name of order) {
      say(`${what}, ${name}, round ${round + 1} of ${rounds}`)
      measured.get(name)?.push(await measure(name, round))
    }
  }
  const all = (name: Name) => measured.get(name) ?? []
  return { all, middle: (name, value) => median(all(name).map(value)) }
}
