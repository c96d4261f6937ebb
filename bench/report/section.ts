/** A part of a bench's report: on a terminal as aligned text, in docs/ as Markdown. */
import { writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { finding, type Bound } from './bound.ts'

export interface Section {
  title: string
  /** What is measured, and how. */
  about: string
  /** The first row names the columns; a row's first cell is text, the others are numbers. */
  tables: string[][][]
  /** What the numbers say. */
  findings: string[]
  /** What they should have said. */
  bounds?: Bound[]
}

const conclusions = ({ findings, bounds = [] }: Section) => [...bounds.map(finding), ...findings]

export function asText(section: Section): string {
  const { title, about, tables } = section
  const lines = conclusions(section).map((line) => `* ${line}`)
  const parts = [title.toUpperCase(), about, ...tables.map(aligned), lines.join('\n')]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n\n`
}

function asMarkdown(section: Section): string {
  const { title, about, tables } = section
  const lines = conclusions(section).map((line) => `- ${line}`)
  return [`## ${title}`, about, ...tables.map(piped), lines.join('\n')].join('\n\n')
}

export async function writePage(file: string, head: string[], sections: Section[]): Promise<void> {
  const page = [...head, ...sections.map(asMarkdown)].join('\n\n')
  writeFileSync(file, await format(page, { ...(await resolveConfig(file)), filepath: file }))
}

function aligned(table: string[][]): string {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  )
  const line = (row: string[]) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0, column === 0))
      .join('  ')
      .trimEnd()
  return table.map(line).join('\n')
}

function pad(cell: string, width: number, left: boolean): string {
  return left ? cell.padEnd(width) : cell.padStart(width)
}

function piped([head = [], ...rows]: string[][]): string {
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'))
  return [head, rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
