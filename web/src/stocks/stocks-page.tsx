import { Button, Skeleton, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconListDetails, IconPlugConnectedX, IconPlus, IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { useQuery } from 'urql'
import { useSearchParams } from 'wouter'
import { useServerStatus } from '../auth/server-status.ts'
import { useViewer } from '../auth/viewer-gate.tsx'
import { graphql } from '../gql/gql.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { errorText } from '../ui/error-text.ts'
import { count } from '../ui/format.ts'
import { Notice } from '../ui/notice.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { useKey } from '../ui/use-key.ts'
import { AddStock } from './add-stock.tsx'
import { EditStock } from './edit-stock.tsx'
import { StockTable } from './stock-table.tsx'

const stocksQuery = graphql(`
  query Stocks {
    stocks {
      id
      ...StockRow
    }
  }
`)

export function StocksPage() {
  const viewer = useViewer()
  const server = useServerStatus()
  const mayEdit = viewer.role === 'ADMINISTRATOR'
  const [{ data, error, fetching }, ask] = useQuery({ query: stocksQuery })
  const [adding, add] = useDisclosure(false)
  const [edited, setEdited] = useState<string | null>(null)
  const [params, setParams] = useSearchParams()
  const text = params.get('q') ?? ''
  const refresh = () => ask({ requestPolicy: 'network-only' })
  useKey('/', (event) => {
    event.preventDefault()
    document.querySelector<HTMLInputElement>('#stock-filter')?.focus()
  })

  const stocks = data?.stocks ?? []
  const wanted = text.trim().toUpperCase()
  const shown = stocks.filter(
    ({ symbol, name }) => symbol.startsWith(wanted) || (name ?? '').toUpperCase().includes(wanted),
  )
  const active = stocks.filter((stock) => stock.active).length
  const editing = stocks.find(({ symbol }) => symbol === edited) ?? null

  return (
    <div className="page-body">
      <PageHeader
        title="Stocks"
        sentence={
          data
            ? `${count(stocks.length, 'stock')} on the list, ${active} of them active: those are scanned, and rated against their value.`
            : 'The curated list.'
        }
        action={
          mayEdit && (
            <Button size="md" leftSection={<IconPlus size={18} />} onClick={add.open}>
              Add a stock
            </Button>
          )
        }
      />
      {(server.simulated || !mayEdit) && (
        <div className="notices">
          {server.simulated && (
            <Notice kind="simulated">Simulated data: prices, and values marked DEMO, are made up.</Notice>
          )}
          {!mayEdit && <Notice kind="calm">Only administrators edit the list.</Notice>}
        </div>
      )}
      {error && stocks.length > 0 && <Notice kind="bad">{errorText(error)}</Notice>}
      {stocks.length > 0 && (
        <search className="results-bar" aria-label="Filter the stocks">
          <TextInput
            id="stock-filter"
            maw={300}
            aria-label="Symbol or name"
            placeholder="Symbol or name"
            leftSection={<IconSearch size={16} />}
            rightSection={<kbd aria-hidden="true">/</kbd>}
            value={text}
            onChange={(event) => {
              const q = event.currentTarget.value
              setParams(q === '' ? {} : { q }, { replace: true })
            }}
            onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
          />
        </search>
      )}
      {!data && fetching && <Skeleton h={480} radius={12} />}
      {!data && error && (
        <EmptyState
          title="The list cannot be read now"
          icon={<IconPlugConnectedX size={26} />}
          action={<Button onClick={refresh}>Try again</Button>}
        >
          {errorText(error)}
        </EmptyState>
      )}
      {data && stocks.length === 0 && (
        <EmptyState title="The list is empty" icon={<IconListDetails size={26} />}>
          Add the stocks that you would like to own at the right price.
        </EmptyState>
      )}
      {stocks.length > 0 && shown.length === 0 && (
        <EmptyState title="No such stock on the list">
          Nothing starts with, or is named like, “{text}”.
        </EmptyState>
      )}
      {shown.length > 0 && (
        <StockTable stocks={shown} mayEdit={mayEdit} onEdit={setEdited} onChanged={refresh} />
      )}
      <AddStock opened={adding} onClose={add.close} onAdded={refresh} />
      <EditStock stock={editing} onClose={() => setEdited(null)} onSaved={refresh} />
    </div>
  )
}
