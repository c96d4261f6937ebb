/**
 * When to exercise an American put: at each moment, as soon as the stock falls to a boundary price. The boundary
 * obeys an integral equation, solved here by the method of Andersen, Lake and Offengenden ("High performance
 * American option pricing", Journal of Computational Finance 20, 2016), their equation B: guess the boundary at a few
 * moments, put the guess into the equation's right-hand side, and repeat.
 *
 * Two substitutions make a few points enough. Near expiration the boundary falls like a square root, so it is kept as
 * the polynomial through the squares of its logarithms, in the root of time; and the integrals run over an angle, which
 * has no corner at either end of time.
 */
import { gaussLegendre, type QuadraturePoint } from './gauss-legendre.ts'
import { normalCdf } from './normal.ts'

/** Fractions a year. The rate is at least 0, and above the yield where it is 0: else nobody exercises a put early. */
export interface BoundaryTerms {
  years: number
  volatility: number
  rate: number
  dividendYield: number
}

/** Of a put with a strike of 1. */
export interface ExerciseBoundary {
  /** Logarithm of the price at which to exercise now. */
  now: number
  /** The same for each of `futureMoments`, in their order. */
  later: number[]
}

/** A moment of a span of time that ends at expiration. */
interface Moment {
  /** Root of the part of the span that has passed, 0 to 1. */
  root: number
  /** The part of the span that this point stands for in an integral; they add up to 1. */
  weight: number
  /** How much each node counts in the boundary at that moment. */
  basis: number[]
}

interface Node {
  /** Root of its time to expiration, as a fraction of the whole, 0 to 1. */
  root: number
  /** The time from the node to expiration. */
  moments: Moment[]
}

const NODES = 6
const POINTS_A_NODE = 6
const POINTS_AFTER_NOW = 16
const MAX_ROUNDS = 12
// An error of the boundary moves the price by its square only: it was the best price to exercise at.
const TOLERANCE = 1e-4

/** Roots of time at Chebyshev's points, from 1 (now) to 0 (expiration). */
const roots = Array.from({ length: NODES + 1 }, (_, i) => (1 + Math.cos((i * Math.PI) / NODES)) / 2)
/** All but the last: at expiration the boundary is known. */
const pointsOfNode = gaussLegendre(POINTS_A_NODE)
const nodes: Node[] = roots.slice(0, -1).map((root) => ({ root, moments: moments(root, pointsOfNode) }))

/** Where the value of exercising early is added up, from now to expiration. */
export const futureMoments: readonly Moment[] = moments(1, gaussLegendre(POINTS_AFTER_NOW))
const futureBases = futureMoments.map(({ basis }) => basis)

export function exerciseBoundary(terms: BoundaryTerms): ExerciseBoundary {
  const { years, rate, dividendYield } = terms
  // Just before expiration, a put is exercised where a day's interest on the strike outweighs a day's dividends.
  const logEnd = Math.log(Math.min(1, dividendYield > 0 ? rate / dividendYield : 1))
  const logBoundary = firstGuess(terms, logEnd)
  const squares = [...logBoundary.map((log) => (log - logEnd) ** 2), 0]
  const logAt = (basis: readonly number[]) => logEnd - Math.sqrt(Math.max(0, dot(basis, squares)))

  for (let round = 0, change = Infinity; round < MAX_ROUNDS && change > TOLERANCE; round += 1) {
    change = 0
    for (const [index, node] of nodes.entries()) {
      const before = logBoundary[index] ?? logEnd
      const after = Math.min(logEnd, improved(terms, before, years * node.root ** 2, node.moments, logAt))
      // Where volatility is next to nothing the equation is 0/0 and says nothing new.
      if (!Number.isFinite(after)) continue
      logBoundary[index] = after
      squares[index] = (after - logEnd) ** 2
      change = Math.max(change, Math.abs(after - before))
    }
  }
  return { now: logBoundary[0] ?? logEnd, later: futureBases.map(logAt) }
}

/** The equation's right-hand side, `years` before expiration, as a logarithm. */
function improved(
  { volatility, rate, dividendYield }: BoundaryTerms,
  log: number,
  years: number,
  span: readonly Moment[],
  logAt: (basis: readonly number[]) => number,
): number {
  const drift = rate - dividendYield
  const deviation = volatility * Math.sqrt(years)
  const distance = (log + drift * years) / deviation
  let cash = normalCdf(distance - deviation / 2)
  let stock = normalCdf(distance + deviation / 2)
  for (const { root, weight, basis } of span) {
    const passed = years * root * root
    const left = years - passed
    const spread = deviation * root
    const apart = (log - logAt(basis) + drift * passed) / spread
    cash += rate * years * weight * Math.exp(rate * left) * normalCdf(apart - spread / 2)
    if (dividendYield === 0) continue
    const paid = dividendYield * years * weight * Math.exp(dividendYield * left)
    stock += paid * normalCdf(apart + spread / 2)
  }
  return Math.log(cash / stock) - drift * years
}

/**
 * Barone-Adesi and Whaley's first guess ("Efficient analytic approximation of American option values", Journal of
 * Finance 42, 1987): from the boundary at expiration to that of a put without end, exponentially.
 */
function firstGuess({ years, volatility, rate, dividendYield }: BoundaryTerms, logEnd: number): number[] {
  const variance = volatility ** 2
  const half = (rate - dividendYield) / variance - 0.5
  const power = half + Math.sqrt(half ** 2 + (2 * rate) / variance)
  const forever = power / (1 + power)
  const end = Math.exp(logEnd)
  return nodes.map(({ root }) => {
    const time = years * root ** 2
    const fall = ((rate - dividendYield) * time - 2 * volatility * Math.sqrt(time)) / (1 - forever)
    return Math.log(Math.min(end, forever + (end - forever) * Math.exp(Math.min(0, fall))))
  })
}

/** Points at which to look at what happens between a node and expiration. */
function moments(nodeRoot: number, points: readonly QuadraturePoint[]): Moment[] {
  return points.map(({ x, weight }) => {
    const angle = ((1 + x) * Math.PI) / 4
    return {
      root: Math.sin(angle),
      weight: (weight * Math.PI * Math.sin(2 * angle)) / 4,
      basis: interpolationAt(nodeRoot * Math.cos(angle)),
    }
  })
}

/** Weights of the nodes in the polynomial through them, by the barycentric formula for Chebyshev's points. */
function interpolationAt(root: number): number[] {
  const parts = roots.map((node, i) => {
    const side = i % 2 === 0 ? 1 : -1
    return (i === 0 || i === NODES ? side / 2 : side) / (root - node)
  })
  const sum = parts.reduce((total, part) => total + part)
  return parts.map((part) => part / sum)
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}
