import { Modal } from '@mantine/core'
import './keys-dialog.css'

const keys = [
  ['/', 'Filter the results'],
  ['f', 'More filters'],
  ['s', 'Scan for options'],
  ['↑ ↓', 'Move between tickers'],
  ['Enter', 'Open or close a ticker'],
  ['Esc', 'Leave the filter'],
  ['?', 'This list'],
] as const

export function KeysDialog(props: { onClose: () => void }) {
  return (
    <Modal opened onClose={props.onClose} title="Keys" size="xs" closeButtonProps={{ 'aria-label': 'Close' }}>
      <dl className="keys">
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              {key.split(' ').map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
