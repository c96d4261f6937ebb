/**
 * The documents that were used last, parsed. Not a thousand, as in Yoga's own cache: that would be half a gigabyte, when
 * somebody sends documents that are as large as they may be and all different.
 */
const LIMIT = 100

export interface DocumentCache<T> {
  get(text: string): T | undefined
  set(text: string, parsed: T): void
}

export function createDocumentCache<T>(limit = LIMIT): DocumentCache<T> {
  const kept = new Map<string, T>()
  const remember = (text: string, parsed: T) => {
    kept.delete(text)
    kept.set(text, parsed)
  }
  return {
    get(text) {
      const parsed = kept.get(text)
      if (parsed !== undefined) remember(text, parsed)
      return parsed
    },
    set(text, parsed) {
      remember(text, parsed)
      const [oldest] = kept.keys()
      if (kept.size > limit && oldest !== undefined) kept.delete(oldest)
    },
  }
}
