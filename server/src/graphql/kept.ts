/** Answers that are kept say how long they are good. */
import { goodUntil } from '../scan/data-version.ts'
import type { ScanView } from '../scan/view.ts'
import type { GraphQLContext } from './context.ts'

/** The same view, after its answer's ticket has been told. */
export function kept(
  view: ScanView,
  { ticket, clock, resultsLifetimeMs }: Pick<GraphQLContext, 'ticket' | 'clock' | 'resultsLifetimeMs'>,
): ScanView {
  const until = goodUntil(view, clock.now(), resultsLifetimeMs)
  if (until === null) ticket?.spoil()
  else ticket?.until(until)
  return view
}
