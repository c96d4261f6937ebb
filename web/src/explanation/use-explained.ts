import { useSearchParams } from 'wouter'

/** The contract whose numbers are explained: in the address, as a person would share it. */
export function useExplained(): [string | null, (contractId: string | null) => void] {
  const [params, setParams] = useSearchParams()
  return [
    params.get('explain'),
    (contractId) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before)
          if (contractId === null) next.delete('explain')
          else next.set('explain', contractId)
          return next
        },
        { replace: true },
      ),
  ]
}
