/** How far to trust a quote. */
import type { Quality, QualityGrade, QualityIssue } from '../scan/model.ts'
import { qualityIssueTexts } from '../scan/quality.ts'
import { builder } from './builder.ts'

export const QualityGradeEnum = builder.enumType('QualityGrade', {
  description: 'How far to trust a quote, from A to D.',
  values: {
    A: { description: 'Nothing is wrong.' },
    B: { description: 'Mild issues only.' },
    C: { description: 'One serious issue.' },
    D: { description: 'Several serious issues.' },
  } satisfies Record<QualityGrade, object>,
})

const QualityIssueType = builder.objectRef<QualityIssue>('QualityIssue').implement({
  description: 'Something that is wrong with a quote.',
  fields: (t) => ({
    code: t.string({ description: 'For programs, e.g. `WIDE_SPREAD`.', resolve: (issue) => issue }),
    text: t.string({ description: 'For a person.', resolve: (issue) => qualityIssueTexts[issue] }),
  }),
})

export const QualityType = builder.objectRef<Quality>('Quality').implement({
  description: 'How far to trust a quote, and why.',
  fields: (t) => ({
    grade: t.expose('grade', { type: QualityGradeEnum, description: 'A is best.' }),
    issues: t.expose('issues', {
      type: [QualityIssueType],
      description: 'The graver first; none for grade A.',
    }),
  }),
})
