import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconAdjustmentsHorizontal } from '@tabler/icons-react'
import { lazy, Suspense } from 'react'
import { count } from '../ui/format.ts'
import { useKey } from '../ui/use-key.ts'
import { countMore, type Filter } from './filter.ts'

const FilterDrawer = lazy(() =>
  import('./filter-drawer.tsx').then((drawer) => ({ default: drawer.FilterDrawer })),
)

/** Leads to the filters that the bar has no room for, and says how many of them are on. `f` leads here, too. */
export function MoreFilters(props: {
  filter: Filter
  contractsShown: number
  contracts: number
  onChange: (filter: Filter) => void
}) {
  const [opened, drawer] = useDisclosure(false)
  const on = countMore(props.filter)
  useKey('f', (event) => {
    event.preventDefault()
    drawer.open()
  })
  return (
    <>
      <Button
        variant="default"
        className="filter-more"
        data-active={on > 0 || undefined}
        leftSection={<IconAdjustmentsHorizontal size={16} />}
        rightSection={
          on > 0 && (
            <span className="filter-more-count tabular" aria-hidden="true">
              {on}
            </span>
          )
        }
        aria-haspopup="dialog"
        aria-label={on > 0 ? `More filters, ${count(on, 'filter')} on` : 'More filters'}
        onClick={drawer.open}
      >
        More filters
      </Button>
      {opened && (
        <Suspense>
          <FilterDrawer {...props} onClose={drawer.close} />
        </Suspense>
      )}
    </>
  )
}
