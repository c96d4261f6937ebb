import { IconMathFunction } from '@tabler/icons-react'
import { fixed } from '../ui/format.ts'
import './explain-button.css'
import { contractName, type NamedContract } from './contract-name.ts'
import { explain } from './use-explained.ts'

/** A contract's strike, which leads to where its numbers come from. */
export function ExplainButton({ contract }: { contract: NamedContract }) {
  return (
    <button
      type="button"
      className="explain-button"
      title="Where these numbers come from"
      aria-label={`${fixed(contract.strike, 2)}: explain ${contractName(contract)}`}
      aria-haspopup="dialog"
      onClick={() => explain(contract.id)}
    >
      <IconMathFunction size={14} stroke={1.8} aria-hidden="true" />
      {fixed(contract.strike, 2)}
    </button>
  )
}
