import { Button } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { EmptyState } from './empty-state.tsx'

/** What is shown when the page itself has a bug, or a part of it could not be loaded. */
export class Crash extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false }

  static getDerivedStateFromError() {
    return { crashed: true }
  }

  override render() {
    if (!this.state.crashed) return this.props.children
    return (
      <EmptyState
        title="This page stumbled"
        action={<Button onClick={() => location.reload()}>Load it again</Button>}
      >
        Something went wrong while showing it. Nothing on the server was changed by that.
      </EmptyState>
    )
  }
}
