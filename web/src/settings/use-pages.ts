import type { CombinedError } from '@urql/core'
import { useEffect, useState } from 'react'
import { useClient, type AnyVariables, type TypedDocumentNode } from 'urql'

interface Page<Node> {
  edges: { node: Node }[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}

export interface Pages<Node> {
  /** Undefined until the first page is here. */
  nodes: Node[] | undefined
  error: CombinedError | undefined
  busy: boolean
  /** From the first page on. */
  again: () => void
  /** Null when there is nothing after these. */
  more: (() => void) | null
}

/** A long list that grows by a page at a time. `key` begins it anew. */
export function usePages<Data, Variables extends AnyVariables, Node>(
  key: string,
  query: TypedDocumentNode<Data, Variables>,
  variables: (after: string | null) => Variables,
  pageOf: (data: Data) => Page<Node>,
): Pages<Node> {
  const client = useClient()
  const [nodes, setNodes] = useState<Node[] | undefined>()
  const [error, setError] = useState<CombinedError | undefined>()
  const [next, setNext] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  async function load(after: string | null, isWanted = () => true) {
    setBusy(true)
    const answer = await client.query(query, variables(after)).toPromise()
    if (!isWanted()) return
    setBusy(false)
    setError(answer.error)
    if (!answer.data) return
    const { edges, pageInfo } = pageOf(answer.data)
    const more = edges.map(({ node }) => node)
    setNodes((before) => (after === null ? more : [...(before ?? []), ...more]))
    setNext(pageInfo.hasNextPage ? pageInfo.endCursor : null)
  }
  useEffect(() => {
    let wanted = true
    void load(null, () => wanted)
    return () => void (wanted = false)
    // What else there is never changes while the key stays.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [key])

  return {
    nodes,
    error,
    busy,
    again: () => void load(null),
    more: next === null ? null : () => void load(next),
  }
}
