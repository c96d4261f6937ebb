/** What browsers are told about every answer: run nothing that is not ours, be framed by nobody, tell nobody. */
import type { MiddlewareHandler } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import type { Env } from './env.ts'

const POLICY = 'Content-Security-Policy'

export function securityHeaders({ PUBLIC_URL }: Pick<Env, 'PUBLIC_URL'>): MiddlewareHandler {
  const secure = secureHeaders({
    // Without TLS it would lock people out, for a year.
    strictTransportSecurity: PUBLIC_URL?.startsWith('https:') === true && 'max-age=15552000',
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'", 'data:'],
      // WebSockets of this origin are meant as well.
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
    xFrameOptions: 'DENY',
    // Repeated with each answer, for browsers of the past and, the last one, for pages that link elsewhere: ours do not.
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
    xDnsPrefetchControl: false,
    permissionsPolicy: {
      camera: [],
      geolocation: [],
      microphone: [],
      payment: [],
      usb: [],
    },
  })
  return async (c, next) => {
    let own: string | null = null
    await secure(c, async () => {
      await next()
      own = c.res.headers.get(POLICY)
    })
    // A page with a policy of its own (GraphiQL) keeps it.
    if (own !== null) c.res.headers.set(POLICY, own)
  }
}
