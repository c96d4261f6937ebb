import { Button } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { createContext, use, type ReactNode } from 'react'
import { useQuery } from 'urql'
import { graphql } from '../gql/gql.ts'
import type { ViewerQuery } from '../gql/graphql.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { errorText } from '../ui/error-text.ts'

const viewerQuery = graphql(`
  query Viewer {
    viewer {
      id
      name
      email
      role
      isDemo
    }
  }
`)

export type Viewer = ViewerQuery['viewer']

const ViewerContext = createContext<Viewer | null>(null)

/** The signed-in person. */
export function useViewer(): Viewer {
  const viewer = use(ViewerContext)
  if (viewer === null) throw new Error('useViewer needs a ViewerGate around it.')
  return viewer
}

/** Shows its children to people who are signed in; the client leads everybody else to the sign-in page. */
export function ViewerGate({ children }: { children: ReactNode }) {
  const [{ data, error }, ask] = useQuery({ query: viewerQuery })
  if (data) return <ViewerContext value={data.viewer}>{children}</ViewerContext>
  if (!error || error.graphQLErrors.some((one) => one.extensions['code'] === 'UNAUTHENTICATED')) return null
  return (
    <main className="auth-page">
      <EmptyState
        title="No answer from the server"
        icon={<IconPlugConnectedX size={26} />}
        action={<Button onClick={() => ask()}>Try again</Button>}
      >
        {errorText(error)}
      </EmptyState>
    </main>
  )
}
