import { Button, Modal, NativeSelect, NumberInput, Switch, Textarea, TextInput } from '@mantine/core'
import { useState, type SubmitEvent } from 'react'
import type { StockRowFragment, ValuationModel } from '../gql/graphql.ts'
import { Notice } from '../ui/notice.tsx'
import { changesOf, draftOf, type StockDraft } from './stock-draft.ts'
import { useUpdateStock } from './update-stock.ts'

export function EditStock(props: {
  stock: StockRowFragment | null
  onClose: () => void
  onSaved: () => void
}) {
  const { stock, onClose, onSaved } = props
  return (
    <Modal
      opened={stock !== null}
      onClose={onClose}
      title={stock ? `Edit ${stock.symbol}` : ''}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {stock && <EditStockForm stock={stock} onClose={onClose} onSaved={onSaved} />}
    </Modal>
  )
}

function EditStockForm(props: { stock: StockRowFragment; onClose: () => void; onSaved: () => void }) {
  const { stock, onClose, onSaved } = props
  const { busy, problem, save } = useUpdateStock(stock.symbol)
  const [draft, setDraft] = useState<StockDraft>(() => draftOf(stock))
  const change = (part: Partial<StockDraft>) => setDraft((before) => ({ ...before, ...part }))

  async function submit() {
    if (!(await save(changesOf(stock, draft)))) return
    onSaved()
    onClose()
  }
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    void submit()
  }
  const value = (label: string, name: 'eps' | 'fcf') => (
    <NumberInput
      label={label}
      description="USD per share; empty: unknown"
      prefix="$"
      thousandSeparator=","
      decimalScale={2}
      min={0.01}
      hideControls
      value={draft[name] ?? ''}
      onChange={(next) => change({ [name]: typeof next === 'number' ? next : null })}
    />
  )

  return (
    <form className="stock-form" onSubmit={onSubmit}>
      {problem && <Notice kind="bad">{problem}</Notice>}
      <TextInput
        label="Name"
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <div className="stock-form-row">
        {value('Value by EPS', 'eps')}
        {value('Value by FCF', 'fcf')}
      </div>
      <NativeSelect
        label="Preferred model"
        description="Whose value rates the contracts"
        data={[
          { value: 'EPS', label: 'EPS: earnings per share' },
          { value: 'FCF', label: 'FCF: free cash flow per share' },
        ]}
        value={draft.preferredModel}
        onChange={(event) => change({ preferredModel: event.currentTarget.value as ValuationModel })}
      />
      <Textarea
        label="Notes"
        rows={4}
        maxLength={10_000}
        value={draft.notes}
        onChange={(event) => change({ notes: event.currentTarget.value })}
      />
      <Switch
        withThumbIndicator={false}
        label="Active: scanned, and shown among the opportunities"
        checked={draft.active}
        onChange={(event) => change({ active: event.currentTarget.checked })}
      />
      <div className="stock-form-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={busy}>
          Save
        </Button>
      </div>
    </form>
  )
}
