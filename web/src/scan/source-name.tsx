import { IconFlask } from '@tabler/icons-react'
import { Pill } from '../ui/pill.tsx'

/** Where the quotes come from, and whether they are made up. */
export function SourceName({ source, simulated }: { source: string; simulated: boolean }) {
  return (
    <span className="source-name">
      {source}
      {simulated && (
        <Pill tone="warn" icon={IconFlask}>
          Simulated
        </Pill>
      )}
    </span>
  )
}
