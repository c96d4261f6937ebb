/** GraphiQL, served from here so that it works offline, with operations to try. */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const examples = [
  `# Everything the scanner knows.
query Results {
  scanResults {
    lastRun
    scanInProgress
    source
    tickers {
      symbol
      rating
      underlyingPrice
      options {
        id
        expiration
        strike
        bid
        delta
        annualizedReturn
        otmPercent
        rating
      }
    }
  }
}
`,
  `# Starts a scan in the background. One runs at a time.
mutation Start {
  startScan {
    __typename
    ... on ScanStarted {
      status { progress { total } }
    }
    ... on ScanAlreadyRunning {
      status { progress { done total } }
    }
    ... on MarketClosed {
      message
      opensAt
    }
    ... on MarketDataUnavailable { message }
    ... on CacheUnavailable { message }
    ... on NoActiveStocks { message }
  }
}
`,
  `# The status at once, then every change.
# Start a scan in another tab and watch.
subscription Follow {
  scanStatus {
    seq
    snapshot
    state
    lastRun
    progress { done total current }
    changedTickers {
      symbol
      rating
    }
    removedTickers
    failures { symbol message }
  }
}
`,
]

interface Page {
  body: string
  gzipped: Buffer
  headers: Record<string, string>
}

let made: Promise<Page> | undefined

/** The page is 9 MB of editor, so it is made at the first visit and kept. */
export async function graphiqlPage(request: Request): Promise<Response> {
  const { body, gzipped, headers } = await (made ??= makePage())
  if (request.headers.get('if-none-match') === headers['ETag'])
    return new Response(null, { status: 304, headers })
  if (request.headers.get('accept-encoding')?.includes('gzip') !== true)
    return new Response(body, { headers })
  return new Response(new Uint8Array(gzipped), { headers: { ...headers, 'Content-Encoding': 'gzip' } })
}

async function makePage(): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql')
  const body = renderGraphiQL({
    title: 'GraphiQL · Wheel Analyzer',
    subscriptionsProtocol: 'WS',
    defaultTabs: examples.map((query) => ({ query })),
    defaultQuery: examples[0] ?? '',
  })
  const script = /<script>([\s\S]*)<\/script>\s*<\/body>/.exec(body)?.[1] ?? ''
  const hash = createHash('sha256').update(script).digest('base64')
  return {
    body,
    gzipped: await promisify(gzip)(body),
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      ETag: `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"`,
      'Cache-Control': 'no-cache',
      Vary: 'Accept, Accept-Encoding',
      // Its editor starts workers from blobs and sets styles as it goes.
      'Content-Security-Policy': `default-src 'self'; script-src 'sha256-${hash}' blob:; worker-src blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'`,
    },
  }
}
