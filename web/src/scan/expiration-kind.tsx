import { VisuallyHidden } from '@mantine/core'
import type { ExpirationKind } from '../gql/graphql.ts'

export const kindMeanings: Record<ExpirationKind, { letter: string; word: string; meaning: string }> = {
  WEEKLY: { letter: 'W', word: 'Weekly', meaning: 'Weekly: any day that is none of the others' },
  MONTHLY: { letter: 'M', word: 'Monthly', meaning: 'Monthly: the third Friday' },
  QUARTERLY: { letter: 'Q', word: 'Quarterly', meaning: 'Quarterly: the last trading day of a quarter' },
  LEAPS: { letter: 'L', word: 'LEAPS', meaning: 'LEAPS: more than a year away' },
}

/** Which series a contract belongs to, in a letter. */
export function KindLetter({ kind }: { kind: ExpirationKind }) {
  const { letter, word, meaning } = kindMeanings[kind]
  return (
    <small className="kind-letter" title={meaning}>
      <span aria-hidden="true">{letter}</span>
      <VisuallyHidden component="span">{word}</VisuallyHidden>
    </small>
  )
}
