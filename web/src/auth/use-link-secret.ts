import { useState } from 'react'

/** What stands behind the `#` of the link that led here. Kept while the page is open, and taken out of the address. */
export function useLinkSecret(): string {
  const [secret] = useState(() => {
    const given = location.hash.slice(1)
    if (given !== '') history.replaceState(history.state, '', location.pathname)
    return given
  })
  return secret
}
