import { countContracts, isFiltering, type Filter } from './filter.ts'
import './results-count.css'

/** How much the filter leaves, and the way back to all of it. */
export function ResultsCount(props: {
  shown: { options: unknown[] }[]
  all: { options: unknown[] }[]
  filter: Filter
  onClear: () => void
}) {
  const total = countContracts(props.all)
  const filtering = isFiltering(props.filter)
  return (
    <p className="results-count tabular">
      <span data-testid="results-count">
        {filtering ? `${countContracts(props.shown)} of ${total} contracts` : `${total} contracts`}
      </span>
      {filtering && (
        <button type="button" onClick={props.onClear}>
          Clear
        </button>
      )}
    </p>
  )
}
