import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { Asked } from '../ui/asked.tsx'
import { EntryList } from '../ui/entry-list.tsx'
import { errorText } from '../ui/error-text.ts'
import { Notice } from '../ui/notice.tsx'
import type { Pages } from './use-pages.ts'

/** A list of which there may be more than fits on a page. */
export function Paged<Node>(props: {
  label: string
  pages: Pages<Node>
  /** In place of a list without entries. */
  empty: ReactNode
  children: (node: Node) => ReactNode
}) {
  const { label, pages, empty, children } = props
  return (
    <>
      <Asked data={pages.nodes} error={pages.error} again={pages.again}>
        {(nodes) => (nodes.length === 0 ? empty : <EntryList label={label}>{nodes.map(children)}</EntryList>)}
      </Asked>
      {pages.nodes && pages.error && <Notice kind="bad">{errorText(pages.error)}</Notice>}
      {pages.more && (
        <Button className="settings-more" variant="default" loading={pages.busy} onClick={pages.more}>
          Show more
        </Button>
      )}
    </>
  )
}
