import type { ReactNode } from 'react'
import { qualityGrades, ratings } from './filter.ts'
import { gradeMeanings, GradePill } from './grade.tsx'
import './legend.css'
import { RatingPill, ratingMeanings } from './rating-pill.tsx'

/** What the pills say. A ticker carries the best rating among its contracts. */
export function Legend() {
  return (
    <div className="legend">
      <dl aria-label="Ratings">
        {ratings.map((rating) => (
          <Entry
            key={rating}
            pill={<RatingPill rating={rating} />}
            meaning={ratingMeanings[rating].meaning}
          />
        ))}
      </dl>
      <dl aria-label="Quality of the quotes">
        {qualityGrades.map((grade) => (
          <Entry key={grade} pill={<GradePill grade={grade} />} meaning={gradeMeanings[grade].meaning} />
        ))}
      </dl>
    </div>
  )
}

function Entry({ pill, meaning }: { pill: ReactNode; meaning: string }) {
  return (
    <div>
      <dt>{pill}</dt>
      <dd>{meaning}</dd>
    </div>
  )
}
