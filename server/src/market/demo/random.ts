/** Numbers that look random and are a function of a name: the same name, the same number, on every machine. */

/** 0 to 1 (exclusive), evenly spread. The parts are the name. */
export function fractionOf(...parts: (string | number)[]): number {
  return hashOf(parts.join('|')) / 2 ** 32
}

/** From `low` to `high`, evenly spread. */
export function between(low: number, high: number, ...parts: (string | number)[]): number {
  return low + (high - low) * fractionOf(...parts)
}

/**
 * A smooth curve through a random point between −1 and 1 at each whole x: level at those points, and without a jump
 * anywhere.
 */
export function smoothNoise(x: number, ...parts: (string | number)[]): number {
  const left = Math.floor(x)
  const share = x - left
  const from = between(-1, 1, ...parts, left)
  const to = between(-1, 1, ...parts, left + 1)
  return from + (to - from) * share * share * (3 - 2 * share)
}

/** A source of numbers from 0 to 1 (exclusive): the same name, the same sequence. Mulberry32. */
export function drawsOf(...parts: (string | number)[]): () => number {
  let state = hashOf(parts.join('|'))
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** 32 bits. FNV-1a, then the finishing strokes of MurmurHash3, without which similar names have similar numbers. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
