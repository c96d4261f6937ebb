import { Tooltip } from '@mantine/core'
import { useTable, type SortDirection, type SortingState } from '@tanstack/react-table'
import { IconChevronDown, IconChevronUp, IconSelector } from '@tabler/icons-react'
import type { ContractRowFragment } from '../gql/graphql.ts'
import { SideScroll } from '../ui/side-scroll.tsx'
import { columnTexts, type ColumnText } from './column-texts.ts'
import { columns, features } from './contract-columns.tsx'
import './contract-table.css'

const ariaSort = { asc: 'ascending', desc: 'descending' } as const

/** A ticker's contracts. All tables of the page share one order. */
export function ContractTable(props: {
  symbol: string
  contracts: ContractRowFragment[]
  sorting: SortingState
  onSort: (sorting: SortingState) => void
}) {
  const { symbol, contracts, sorting, onSort } = props
  const table = useTable({
    features,
    columns,
    data: contracts,
    getRowId: (contract) => contract.id,
    state: { sorting },
    onSortingChange: (next) => onSort(typeof next === 'function' ? next(sorting) : next),
    enableMultiSort: false,
    sortDescFirst: false,
  })

  return (
    <SideScroll className="contracts" label={`${symbol} contracts`}>
      <table className="contracts-table tabular">
        <caption>{symbol} contracts</caption>
        <thead>
          <tr>
            {table.getFlatHeaders().map(({ column }) => {
              const text = columnTexts[column.id]
              const sorted = column.getIsSorted()
              return (
                <th
                  key={column.id}
                  scope="col"
                  data-column={column.id}
                  aria-sort={sorted ? ariaSort[sorted] : undefined}
                >
                  {text && <ColumnHead text={text} sorted={sorted} onSort={() => column.toggleSorting()} />}
                </th>
              )
            })}
          </tr>
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id} data-testid="contract-row">
              {row.getAllCells().map((cell) => {
                const content = <table.FlexRender cell={cell} />
                return cell.column.id === 'expiration' ? (
                  <th key={cell.id} scope="row" data-column="expiration">
                    {content}
                  </th>
                ) : (
                  <td key={cell.id} data-column={cell.column.id}>
                    {content}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </SideScroll>
  )
}

function ColumnHead(props: { text: ColumnText; sorted: false | SortDirection; onSort: () => void }) {
  const { text, sorted } = props
  const SortIcon = sorted === false ? IconSelector : sorted === 'asc' ? IconChevronUp : IconChevronDown
  return (
    <Tooltip label={text.about}>
      <button
        type="button"
        aria-label={text.unit ? `${text.name}, ${text.unit}` : text.name}
        onClick={props.onSort}
      >
        {text.name}
        <small>
          <SortIcon size={12} stroke={2.2} aria-hidden="true" data-sorted={sorted || undefined} />
          {text.unit}
        </small>
      </button>
    </Tooltip>
  )
}
