const pagesOfTheirOwn = ['/sign-in', '/set-up', '/join', '/forgot-password', '/reset-password']

/** Where to go after signing in: a path of this site, whatever an address bar, or somebody's link, asks for. */
export function returnPath(asked: string | null, origin: string): string {
  if (!asked?.startsWith('/')) return '/'
  let url: URL
  try {
    url = new URL(asked, origin)
  } catch {
    return '/'
  }
  if (url.origin !== origin || pagesOfTheirOwn.includes(url.pathname)) return '/'
  return url.pathname + url.search
}
