import { Tooltip } from '@mantine/core'
import { graphql } from '../gql/gql.ts'
import type { ContractGradeFragment } from '../gql/graphql.ts'
import './contract-grade.css'
import { gradeMeanings } from './grade.tsx'

graphql(`
  fragment ContractGrade on Quality {
    grade
    issues {
      code
      text
    }
  }
`)

/** A contract's grade; its reasons show when it is hovered, focused or tapped. */
export function ContractGrade({ quality }: { quality: ContractGradeFragment }) {
  const { grade, issues } = quality
  const { tone, meaning } = gradeMeanings[grade]
  const reasons = issues.map(({ text }) => text).join(' ')
  return (
    <Tooltip
      openDelay={100}
      label={
        <>
          <strong>
            Quality {grade}: {meaning}
          </strong>
          {issues.length > 0 && (
            <ul className="grade-reasons">
              {issues.map(({ code, text }) => (
                <li key={code}>{text}</li>
              ))}
            </ul>
          )}
        </>
      }
    >
      <button
        type="button"
        className="grade-button"
        aria-label={`Quality ${grade}: ${meaning}. ${reasons}`.trim()}
      >
        <span className={`pill grade pill-${tone}`}>{grade}</span>
      </button>
    </Tooltip>
  )
}
