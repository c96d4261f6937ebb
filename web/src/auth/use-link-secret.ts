import { useEffect, useState } from 'react'

/**
 * What stands behind the `#` of the link that led here. It is taken out of the address, where others could read it, and
 * kept with the window's history, so that the page can be loaded again.
 */
export function useLinkSecret(): string {
  const [secret, setSecret] = useState(takeSecret)
  useEffect(() => {
    // Another link in the same window changes nothing but what is behind the `#`.
    const onLink = () => setSecret(takeSecret())
    addEventListener('hashchange', onLink)
    return () => removeEventListener('hashchange', onLink)
  }, [])
  return secret
}

function takeSecret(): string {
  const given = location.hash.slice(1)
  if (given === '') return (history.state as { secret?: string } | null)?.secret ?? ''
  history.replaceState({ secret: given }, '', location.pathname)
  return given
}
