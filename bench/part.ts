/** A part of the bench, `bench/<name>.ts`. */
import type { Section } from './report/section.ts'

export interface Pace {
  /** A fast look: one round, less of everything. */
  quick: boolean
  rounds: number
}

export type Part = (pace: Pace) => Promise<Section[]>
