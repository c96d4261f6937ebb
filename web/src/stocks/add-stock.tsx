import { Button, Modal, TextInput } from '@mantine/core'
import { useState, type SubmitEvent } from 'react'
import { useMutation } from 'urql'
import { graphql } from '../gql/gql.ts'
import { errorText } from '../ui/error-text.ts'
import { Notice } from '../ui/notice.tsx'

const addStock = graphql(`
  mutation AddStock($symbol: String!, $name: String) {
    addStock(symbol: $symbol, name: $name) {
      ...StockRow
    }
  }
`)

export function AddStock(props: { opened: boolean; onClose: () => void; onAdded: () => void }) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title="Add a stock"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <AddStockForm onClose={props.onClose} onAdded={props.onAdded} />
    </Modal>
  )
}

function AddStockForm({ onClose, onAdded }: { onClose: () => void; onAdded: () => void }) {
  const [{ fetching }, add] = useMutation(addStock)
  const [symbol, setSymbol] = useState('')
  const [name, setName] = useState('')
  const [problem, setProblem] = useState<string | null>(null)

  async function submit() {
    setProblem(null)
    const { error } = await add({ symbol: symbol.trim().toUpperCase(), name: name.trim() || null })
    if (error) return setProblem(errorText(error))
    onAdded()
    onClose()
  }
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    void submit()
  }

  return (
    <form className="stock-form" onSubmit={onSubmit}>
      {problem && <Notice kind="bad">{problem}</Notice>}
      <TextInput
        label="Symbol"
        description="As the exchange lists it, e.g. AAPL or BRK.B."
        required
        withAsterisk={false}
        data-autofocus
        autoCapitalize="characters"
        spellCheck={false}
        maxLength={12}
        value={symbol}
        onChange={(event) => setSymbol(event.currentTarget.value)}
      />
      <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <div className="stock-form-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={fetching}>
          Add
        </Button>
      </div>
    </form>
  )
}
