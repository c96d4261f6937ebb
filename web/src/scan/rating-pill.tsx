import { IconArrowUpRight, IconCheck, IconHelp } from '@tabler/icons-react'
import type { Rating } from '../gql/graphql.ts'
import { Pill } from '../ui/pill.tsx'

export const ratingMeanings = {
  GOOD: { tone: 'good', icon: IconCheck, word: 'Good', meaning: 'strike ≤ intrinsic value' },
  HIGH: { tone: 'warn', icon: IconArrowUpRight, word: 'High', meaning: 'strike > intrinsic value' },
  UNKNOWN: { tone: 'calm', icon: IconHelp, word: 'N/A', meaning: 'no intrinsic value known' },
} as const

export function RatingPill({ rating }: { rating: Rating }) {
  const { tone, icon, word, meaning } = ratingMeanings[rating]
  return (
    <Pill tone={tone} icon={icon} title={`${word}: ${meaning}`}>
      {word}
    </Pill>
  )
}
