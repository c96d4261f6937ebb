import { Tooltip } from '@mantine/core'
import { useTable, type SortDirection, type SortingState } from '@tanstack/react-table'
import { IconChevronDown, IconChevronUp, IconSelector } from '@tabler/icons-react'
import { memo, useMemo, useRef } from 'react'
import type { ContractRowFragment } from '../gql/graphql.ts'
import { SideScroll } from '../ui/side-scroll.tsx'
import { useDrawnRows } from '../ui/use-drawn-rows.ts'
import { columnTexts, type ColumnText } from './column-texts.ts'
import { columns, contractColumns, features } from './contract-columns.tsx'
import { setSorting } from './use-tables-state.ts'
import './contract-table.css'

const ariaSort = { asc: 'ascending', desc: 'descending' } as const

const kindOf = () => 'contract'
const guessOf = () => (innerWidth > 760 ? 31 : 42)

/** A ticker's contracts, in a box of their own when they are many. All tables of the page share one order. */
export function ContractTable(props: {
  symbol: string
  contracts: ContractRowFragment[]
  sorting: SortingState
}) {
  const { symbol, contracts, sorting } = props
  const table = useTable({
    features,
    columns,
    data: contracts,
    getRowId: (contract) => contract.id,
    state: { sorting },
    onSortingChange: (next) => setSorting(typeof next === 'function' ? next(sorting) : next),
    enableMultiSort: false,
    sortDescFirst: false,
  })
  const { rows } = table.getRowModel()
  const scroller = useRef<HTMLElement>(null)
  const box = useRef<HTMLTableSectionElement>(null)
  const keys = useMemo(() => rows.map(({ id }) => id), [rows])
  const drawn = useDrawnRows({ keys, kindOf, guessOf, box, scroller })

  return (
    <SideScroll className="contracts" label={`${symbol} contracts`} ref={scroller}>
      <table className="contracts-table tabular" aria-rowcount={rows.length + 1}>
        <caption>{symbol} contracts</caption>
        <thead>
          <tr aria-rowindex={1}>
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
        <tbody ref={box}>
          {drawn.rows.flatMap(({ index, gapBefore }) => {
            const row = rows[index]
            if (row === undefined) return []
            return [
              gapBefore > 0 && <Gap key={`before ${row.id}`} height={gapBefore} />,
              <tr
                key={row.id}
                ref={drawn.measure}
                data-row={row.id}
                data-kind={kindOf()}
                data-testid="contract-row"
                aria-rowindex={index + 2}
              >
                <ContractCells contract={row.original} />
              </tr>,
            ]
          })}
          {drawn.gapAfter > 0 && <Gap height={drawn.gapAfter} />}
        </tbody>
      </table>
    </SideScroll>
  )
}

function Gap({ height }: { height: number }) {
  return <tr aria-hidden="true" style={{ height }} />
}

/** Drawn again only for another contract: scrolling and sorting move the same ones. */
const ContractCells = memo(function ContractCells({ contract }: { contract: ContractRowFragment }) {
  return contractColumns.map(({ id, show }) =>
    id === 'expiration' ? (
      <th key={id} scope="row" data-column={id}>
        {show(contract)}
      </th>
    ) : (
      <td key={id} data-column={id}>
        {show(contract)}
      </td>
    ),
  )
})

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
