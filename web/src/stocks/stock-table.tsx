import { Button } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { graphql } from '../gql/gql.ts'
import type { StockRowFragment } from '../gql/graphql.ts'
import { ago, dash, percent, usd } from '../ui/format.ts'
import { SideScroll } from '../ui/side-scroll.tsx'
import { useNow } from '../ui/use-now.ts'
import { ActiveSwitch } from './active-switch.tsx'
import { DiscountPill } from './discount-pill.tsx'
import './stock-table.css'

graphql(`
  fragment StockRow on Stock {
    symbol
    name
    active
    notes
    price
    pricedAt
    intrinsicValue
    intrinsicValueEps {
      value
      source
    }
    intrinsicValueFcf {
      value
      source
    }
    preferredModel
    discountPercent
  }
`)

export function StockTable(props: {
  stocks: StockRowFragment[]
  mayEdit: boolean
  onEdit: (symbol: string) => void
  onChanged: () => void
}) {
  const now = useNow(60_000)
  return (
    <SideScroll className="card" label="Stocks">
      <table className="stocks-table tabular">
        <caption>The curated stocks</caption>
        <thead>
          <tr>
            <th scope="col">Symbol</th>
            <th scope="col" className="stock-name">
              Name
            </th>
            <th scope="col">Active</th>
            <th scope="col" className="number">
              Price
            </th>
            <th scope="col" className="number" title="Intrinsic value per share, discounted earnings">
              Value by EPS
            </th>
            <th scope="col" className="number" title="Intrinsic value per share, discounted free cash flow">
              Value by FCF
            </th>
            <th
              scope="col"
              className="number"
              title="(value − price) ÷ value, with the preferred model’s value"
            >
              Discount
            </th>
            <th scope="col">Notes</th>
            {props.mayEdit && (
              <th scope="col">
                <span className="stocks-hidden">Edit</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {props.stocks.map((stock) => (
            <tr
              key={stock.symbol}
              className={stock.active ? undefined : 'stock-inactive'}
              data-testid={`stock-${stock.symbol}`}
            >
              <th scope="row">
                {stock.symbol}
                <small>{stock.name}</small>
              </th>
              <td className="stock-name">{stock.name ?? dash}</td>
              <td>
                <ActiveSwitch
                  symbol={stock.symbol}
                  active={stock.active}
                  mayEdit={props.mayEdit}
                  onChanged={props.onChanged}
                />
              </td>
              <td className="number">
                {usd(stock.price)}
                {stock.pricedAt && <small>{ago(now - Date.parse(stock.pricedAt))}</small>}
              </td>
              <ValueCell value={stock.intrinsicValueEps} preferred={stock.preferredModel === 'EPS'} />
              <ValueCell value={stock.intrinsicValueFcf} preferred={stock.preferredModel === 'FCF'} />
              <td className="number">
                {stock.discountPercent === null ? (
                  dash
                ) : (
                  <DiscountPill
                    discountPercent={stock.discountPercent}
                    text={percent(Math.abs(stock.discountPercent))}
                  />
                )}
              </td>
              <td className="stock-notes" title={stock.notes}>
                {stock.notes}
              </td>
              {props.mayEdit && (
                <td className="stock-edit">
                  <Button
                    variant="subtle"
                    size="compact-sm"
                    leftSection={<IconPencil size={14} />}
                    aria-label={`Edit ${stock.symbol}`}
                    onClick={() => props.onEdit(stock.symbol)}
                  >
                    Edit
                  </Button>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </SideScroll>
  )
}

const sources = { DEMO: 'made up', USER: 'entered by a person', MODEL: 'computed from reports' }

function ValueCell({
  value,
  preferred,
}: {
  value: StockRowFragment['intrinsicValueEps']
  preferred: boolean
}) {
  return (
    <td className={preferred ? 'number stock-preferred' : 'number'}>
      {usd(value?.value ?? null)}
      {(value || preferred) && (
        <small>
          {value && <span title={`This value is ${sources[value.source]}.`}>{value.source}</span>}
          {preferred && (
            <span title="The model that counts for this stock">{value ? ' · ' : ''}preferred</span>
          )}
        </small>
      )}
    </td>
  )
}
