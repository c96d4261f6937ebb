import { lazy, Suspense } from 'react'
import type { ExplainedContract } from './explanation-drawer.tsx'
import { explain, useExplained } from './use-explained.ts'

const ExplanationDrawer = lazy(() =>
  import('./explanation-drawer.tsx').then((drawer) => ({ default: drawer.ExplanationDrawer })),
)

/** Shown while the address names a contract. */
export function Explanation({ tickers }: { tickers: { options: ExplainedContract[] }[] }) {
  const contractId = useExplained()
  if (contractId === null) return null
  const contract = tickers.flatMap(({ options }) => options).find(({ id }) => id === contractId) ?? null
  return (
    <Suspense>
      <ExplanationDrawer
        key={contractId}
        contractId={contractId}
        contract={contract}
        onClose={() => explain(null)}
      />
    </Suspense>
  )
}
