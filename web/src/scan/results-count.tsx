import { count } from '../ui/format.ts'
import { countContracts, countFilters, type Filter } from './filter.ts'
import './results-count.css'

/** How much the filter leaves, and the way back to all of it. */
export function ResultsCount(props: {
  shown: { options: unknown[] }[]
  all: { options: unknown[] }[]
  filter: Filter
  onClear: () => void
}) {
  const total = countContracts(props.all)
  const filters = countFilters(props.filter)
  return (
    <p className="results-count tabular">
      <span data-testid="results-count">
        {filters > 0 ? `${countContracts(props.shown)} of ${total} contracts` : `${total} contracts`}
      </span>
      {filters > 0 && (
        <button type="button" onClick={props.onClear}>
          Clear {count(filters, 'filter')}
        </button>
      )}
    </p>
  )
}
