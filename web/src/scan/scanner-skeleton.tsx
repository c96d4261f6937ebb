import { Skeleton } from '@mantine/core'
import { PageHeader } from '../ui/page-header.tsx'

/** The page's outline, while the first answer is on its way. */
export function ScannerSkeleton() {
  return (
    <div className="page-body" aria-busy="true">
      <PageHeader
        title="Scanner"
        sentence="Asking for the latest results…"
        action={<Skeleton h={42} w={208} />}
      />
      <Skeleton h={40} radius={9} />
      <Skeleton h={88} radius={12} />
      <Skeleton h={92} radius={12} />
      <Skeleton h={36} w="60%" />
      <Skeleton h={420} radius={12} />
    </div>
  )
}
