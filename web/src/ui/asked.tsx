import { Button, Skeleton } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import type { CombinedError } from '@urql/core'
import type { ReactNode } from 'react'
import { EmptyState } from './empty-state.tsx'
import { errorText } from './error-text.ts'

/** What was asked of the server, or that it is on its way, or why it did not come. */
export function Asked<Data>(props: {
  data: Data | undefined
  error: CombinedError | undefined
  again: () => void
  children: (data: Data) => ReactNode
}) {
  if (props.data !== undefined) return props.children(props.data)
  if (props.error === undefined) return <Skeleton h={220} radius={12} />
  return (
    <EmptyState
      title="This cannot be read now"
      icon={<IconPlugConnectedX size={26} />}
      action={<Button onClick={props.again}>Try again</Button>}
    >
      {errorText(props.error)}
    </EmptyState>
  )
}
