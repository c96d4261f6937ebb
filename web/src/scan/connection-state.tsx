import type { Connection } from '../live-socket.ts'

const words: Record<Connection, { word: string; meaning: string }> = {
  connecting: { word: 'Connecting', meaning: 'The first news is on its way.' },
  live: { word: 'Live', meaning: 'Every change is shown at once.' },
  reconnecting: { word: 'Reconnecting', meaning: 'News may be late for a moment.' },
  offline: { word: 'Offline', meaning: 'The server cannot be reached; what is shown may be old.' },
}

export function ConnectionState({ connection }: { connection: Connection }) {
  const { word, meaning } = words[connection]
  return (
    <span
      className={`connection-state connection-${connection}`}
      data-testid="connection"
      data-connection={connection}
      title={meaning}
    >
      {word}
    </span>
  )
}
