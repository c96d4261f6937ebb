import { Switch } from '@mantine/core'
import { useUpdateStock } from './update-stock.ts'

/** Whether a stock is scanned. */
export function ActiveSwitch(props: {
  symbol: string
  active: boolean
  mayEdit: boolean
  onChanged: () => void
}) {
  const { symbol, active, mayEdit, onChanged } = props
  const { busy, problem, save } = useUpdateStock(symbol)
  if (!mayEdit) return active ? 'Yes' : 'No'
  return (
    <Switch
      size="sm"
      withThumbIndicator={false}
      aria-label={`Scan ${symbol}`}
      title={problem ?? undefined}
      error={problem !== null}
      checked={active}
      disabled={busy}
      onChange={(event) =>
        void save({ active: event.currentTarget.checked }).then((saved) => saved && onChanged())
      }
    />
  )
}
