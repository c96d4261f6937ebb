import type { Rating } from '../gql/graphql.ts'
import { ratings } from './filter.ts'
import './rating-legend.css'
import { RatingPill, ratingMeanings } from './rating-pill.tsx'

/** What the pills say. A ticker carries the best rating among its contracts. */
export function RatingLegend() {
  return (
    <dl className="rating-legend" aria-label="Ratings">
      {ratings.map((rating: Rating) => (
        <div key={rating}>
          <dt>
            <RatingPill rating={rating} />
          </dt>
          <dd>{ratingMeanings[rating].meaning}</dd>
        </div>
      ))}
    </dl>
  )
}
