/** What is being measured, for whoever waits: one line on a terminal, and nothing in a file. */
export function say(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`)
}
