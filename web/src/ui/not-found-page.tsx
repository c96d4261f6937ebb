import { Button } from '@mantine/core'
import { IconCompass } from '@tabler/icons-react'
import { Link } from 'wouter'
import { EmptyState } from './empty-state.tsx'
import { useTitle } from './use-title.ts'

export function NotFoundPage() {
  useTitle('Not found')
  return (
    <EmptyState
      title="There is no such page"
      icon={<IconCompass size={26} />}
      action={
        <Button component={Link} href="/">
          To the scanner
        </Button>
      }
    >
      The address may be old or mistyped.
    </EmptyState>
  )
}
