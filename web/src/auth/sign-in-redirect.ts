import { returnPath } from './return-path.ts'

let leaving = false

/** Leaves the page, and with it everything that the last person saw, for the sign-in page. */
export function goToSignIn() {
  if (leaving || location.pathname === '/sign-in') return
  leaving = true
  const here = returnPath(location.pathname + location.search, location.origin)
  location.assign(here === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(here)}`)
}
