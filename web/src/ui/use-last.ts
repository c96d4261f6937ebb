import { useState } from 'react'

/** The value, or the one before while there is none: what closes keeps its text until it has faded. */
export function useLast<Value>(value: Value | null): Value | null {
  const [last, setLast] = useState(value)
  if (value !== null && value !== last) setLast(value)
  return value ?? last
}
