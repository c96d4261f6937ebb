/** What the processes of a measurement have in common. */

export type Kind = 'ours' | 'raw' | 'plain'

export interface Task {
  kind: Kind
  transport: 'WebSocket' | 'SSE'
  subscribers: number
  /** How long a text of each event is: the rest of it has about 300 bytes. */
  textBytes: number
}

export const query =
  'subscription Status { status { epoch seq snapshot state text progress { done total current } } }'

export interface Status {
  epoch: string
  seq: number
  snapshot: boolean
  state: string
  text: string
  progress: { done: number; total: number; current: string[] }
}

export const statusAt = (seq: number, textBytes: number): Status => ({
  epoch: '5d1c8a52-3e69-4f6c-9f80-5f0a7a0d3f11',
  seq,
  snapshot: seq === 0,
  state: 'RUNNING',
  text: 'x'.repeat(textBytes),
  progress: { done: seq, total: 1_000_000, current: ['AAPL', 'MSFT', 'NVDA', 'TSLA'] },
})
