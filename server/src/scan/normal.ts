/**
 * The normal distribution to the last digits, by W. J. Cody's rational approximations of the error function
 * ("Rational Chebyshev approximation for the error function", Mathematics of Computation 23, 1969; coefficients of
 * his CALERF). The relative error stays below 1e-14 far into the tail, where the usual polynomial has no digit left.
 */

/** Probability, 0 to 1, that a standard normal variable is below x. */
export function normalCdf(x: number): number {
  return 0.5 * erfc(-x * Math.SQRT1_2)
}

function erfc(x: number): number {
  const y = Math.abs(x)
  if (y <= 0.46875) return 1 - x * ratio(center, y * y)
  // Beyond that, e^(−y²) is no number anymore.
  const tail = y > 27 ? 0 : expOfMinusSquare(y) * (y <= 4 ? ratio(middle, y) : farTail(y))
  return x < 0 ? 2 - tail : tail
}

function farTail(y: number): number {
  const z = 1 / (y * y)
  return (INVERSE_SQRT_PI - z * ratio(far, z)) / y
}

/** Squaring y loses digits that the exponential would magnify: the square is split in two. */
function expOfMinusSquare(y: number): number {
  const head = Math.trunc(y * 16) / 16
  return Math.exp(-head * head) * Math.exp(-(y - head) * (y + head))
}

interface Ratio {
  /** Highest power first. */
  numerator: readonly number[]
  denominator: readonly number[]
}

function ratio({ numerator, denominator }: Ratio, x: number): number {
  return polynomial(numerator, x) / polynomial(denominator, x)
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (const coefficient of coefficients) sum = sum * x + coefficient
  return sum
}

const INVERSE_SQRT_PI = 0.5641895835477563

const center: Ratio = {
  numerator: [
    0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694,
  ],
  denominator: [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171],
}

const middle: Ratio = {
  numerator: [
    2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001,
    881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
  ],
  denominator: [
    1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
    4362.619090143247, 3439.3676741437216, 1230.3393548037495,
  ],
}

const far: Ratio = {
  numerator: [
    0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
    0.0006587491615298378,
  ],
  denominator: [
    1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
  ],
}
