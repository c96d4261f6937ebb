/** Gauss-Legendre quadrature: the fewest points at which to look at a smooth function to know its integral. */

export interface QuadraturePoint {
  /** Between −1 and 1. */
  x: number
  /** The weights add up to 2, the length of the interval. */
  weight: number
}

/** Exact for polynomials up to degree 2 × points − 1. The places are the zeros of a Legendre polynomial, by Newton. */
export function gaussLegendre(points: number): QuadraturePoint[] {
  return Array.from({ length: points }, (_, index) => {
    // Tricomi's estimate, already good to three digits.
    let x = Math.cos((Math.PI * (index + 0.75)) / (points + 0.5))
    for (let round = 0; round < 5; round += 1) {
      const { value, slope } = legendre(points, x)
      x -= value / slope
    }
    return { x, weight: 2 / ((1 - x * x) * legendre(points, x).slope ** 2) }
  })
}

/** By the three-term recurrence. */
function legendre(degree: number, x: number): { value: number; slope: number } {
  let [previous, value] = [0, 1]
  for (let n = 0; n < degree; n += 1) {
    ;[previous, value] = [value, ((2 * n + 1) * x * value - n * previous) / (n + 1)]
  }
  return { value, slope: (degree * (x * value - previous)) / (x * x - 1) }
}
