import { useSearchParams } from 'wouter'
import { navigate } from 'wouter/use-browser-location'

/** The contract whose numbers are explained: in the address, as a person would share it. */
export function useExplained(): string | null {
  const [params] = useSearchParams()
  return params.get('explain')
}

/** @param contractId null: none any more */
export function explain(contractId: string | null) {
  const params = new URLSearchParams(location.search)
  if (contractId === null) params.delete('explain')
  else params.set('explain', contractId)
  navigate(params.size > 0 ? `?${params.toString()}` : location.pathname, { replace: true })
}
