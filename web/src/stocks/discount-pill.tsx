import { IconTrendingDown, IconTrendingUp } from '@tabler/icons-react'
import { discountTier } from '../scan/discount.ts'
import { Pill } from '../ui/pill.tsx'

export function DiscountPill({ discountPercent, text }: { discountPercent: number; text: string }) {
  const tier = discountTier(discountPercent)
  if (tier === null) {
    return (
      <Pill tone="calm" icon={IconTrendingUp} title="The price is at or above the value">
        {text} over
      </Pill>
    )
  }
  return (
    <Pill tone={tier.tone} icon={IconTrendingDown} title={`${tier.word} discount`}>
      {text} under
    </Pill>
  )
}
