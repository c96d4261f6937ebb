import { VisuallyHidden } from '@mantine/core'
import type { QualityGrade } from '../gql/graphql.ts'
import type { Tone } from '../ui/tone.ts'
import '../ui/pill.css'
import './grade.css'

export const gradeMeanings: Record<QualityGrade, { tone: Tone; meaning: string }> = {
  A: { tone: 'calm', meaning: 'nothing wrong' },
  B: { tone: 'mild', meaning: 'mild issues only' },
  C: { tone: 'warn', meaning: 'one serious issue' },
  D: { tone: 'bad', meaning: 'several serious issues' },
}

/** How far to trust a ticker's quotes: a letter to see, a sentence to hear. */
export function GradePill({ grade }: { grade: QualityGrade }) {
  const { tone, meaning } = gradeMeanings[grade]
  return (
    <span
      className={`pill grade pill-${tone}`}
      title={`Quality ${grade}: ${meaning}, for most of its contracts`}
    >
      <VisuallyHidden component="span">Quality </VisuallyHidden>
      {grade}
      <VisuallyHidden component="span">: {meaning}</VisuallyHidden>
    </span>
  )
}
