import { navigate, useLocationProperty } from 'wouter/use-browser-location'

const paramOf = (name: string) => new URLSearchParams(location.search).get(name) ?? ''

/** A parameter of the address; empty when it has none. Others may change without anything being drawn again. */
export function useAddressParam(name: string): string {
  return useLocationProperty(() => paramOf(name))
}

/** Rewrites the address, not the history. `next` gets what is there; empty: the parameter is taken out. */
export function setAddressParam(name: string, next: (before: string) => string) {
  const params = new URLSearchParams(location.search)
  const value = next(paramOf(name))
  if (value === '') params.delete(name)
  else params.set(name, value)
  navigate(params.size > 0 ? `?${params.toString()}` : location.pathname, { replace: true })
}
