/** A part of a bench's report: on a terminal as aligned text, in docs/ as Markdown. */
import { writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'

export interface Section {
  title: string
  /** What is measured, and how. */
  about: string
  /** The first row names the columns; a row's first cell is text, the others are numbers. */
  tables: string[][][]
  /** What the numbers say. */
  findings: string[]
}

export function asText({ title, about, tables, findings }: Section): string {
  const parts = [title.toUpperCase(), about, ...tables.map(aligned), ...findings.map((line) => `* ${line}`)]
  return `${parts.join('\n\n')}\n\n`
}

function asMarkdown({ title, about, tables, findings }: Section): string {
  return [`## ${title}`, about, ...tables.map(piped), findings.map((line) => `- ${line}`).join('\n')].join(
    '\n\n',
  )
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
