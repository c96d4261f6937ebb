/** Hostile HTTP requests, written byte by byte: what no HTTP library would send. */
import { body, document, fill, pick, upTo, word, type Draw } from './hostile-words.ts'
import type { Attack, Sent } from './hostile-wire.ts'

export interface Target {
  host: string
  /** Headers that prove who one is. */
  credential: string
}

const CRLF = '\r\n'

/** A request that is framed as it should be, unless `headers` says otherwise. */
function request(method: string, path: string, headers: string[], content: string | Buffer = ''): Buffer {
  const bytes = Buffer.from(content)
  const length = headers.some((one) => /^(content-length|transfer-encoding)/i.test(one))
    ? []
    : [`Content-Length: ${bytes.length}`]
  const head = [`${method} ${path} HTTP/1.1`, ...headers, ...length, 'Connection: close', '', ''].join(CRLF)
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes])
}

const heard = (name: string, ...sent: Sent[]): Attack => ({ name, sent, leaves: 'HEAR' })
const JSON_TYPE = 'Content-Type: application/json'

type Kind = (draw: Draw, target: Target) => Attack

const kinds: Record<string, Kind> = {
  'a bad body': (draw, { host, credential }) =>
    heard('', request('POST', '/graphql', [host, credential, JSON_TYPE], body(draw))),

  'a bad document': (draw, { host, credential }) =>
    heard(
      '',
      request('POST', '/graphql', [host, credential, JSON_TYPE], JSON.stringify({ query: document(draw) })),
    ),

  'a bad query by GET': (draw, { host, credential }) => {
    const query = encodeURIComponent(Buffer.from(document(draw)).toString()).slice(0, 12_000)
    const more = pick(draw, [
      '',
      '&variables=%7B',
      '&variables=[]',
      '&operationName=__proto__',
      '&query=1',
      '&extensions=%00',
    ])
    return heard(
      '',
      request('GET', `/graphql?query=${query}${more}`, [host, credential, 'GraphQL-Require-Preflight: 1']),
    )
  },

  'a body that is too large': (draw, { host, credential }) => {
    const bytes = 256 * 1024 + upTo(draw, 300_000)
    return heard(
      '',
      request('POST', '/graphql', [host, credential, JSON_TYPE], `{"query":"${'x'.repeat(bytes)}"}`),
    )
  },

  'endless chunks': (draw, { host, credential }) => {
    const head = request('POST', '/graphql', [host, credential, JSON_TYPE, 'Transfer-Encoding: chunked'])
    const chunk = `8000${CRLF}${pick(draw, ['[', ' ', '\u0000']).repeat(0x8000)}${CRLF}`
    return { name: '', sent: [head, ...fill(12, () => chunk)], leaves: pick(draw, ['HEAR', 'CUT', 'RESET']) }
  },

  'a length that is a lie': (draw, { host, credential }) => {
    const length = pick(draw, ['1', '999999', '-1', '0x10', '5, 5', '1e9', '99999999999999999999', ''])
    const text = request(
      'POST',
      '/graphql',
      [host, credential, JSON_TYPE, `Content-Length: ${length}`],
      '{"query":"{ viewer { id } }"}',
    )
    return { name: '', sent: [text], leaves: pick(draw, ['CUT', 'RESET', 'HEAR']) }
  },

  'two requests in one': (draw, { host, credential }) => {
    const hidden = `POST /graphql HTTP/1.1${CRLF}${host}${CRLF}Content-Length: 0${CRLF}${CRLF}`
    const framing = pick(draw, [
      [`Content-Length: ${hidden.length + 5}`, 'Transfer-Encoding: chunked'],
      ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity', 'Content-Length: 5'],
      ['Transfer-Encoding: xchunked'],
      ['Transfer-Encoding : chunked'],
      ['Transfer-Encoding:\u000bchunked'],
      ['Transfer-Encoding: chunked, chunked'],
      [' Transfer-Encoding: chunked'],
      ['Content-Length: 5', `Content-Length: ${hidden.length + 5}`],
      ['X: y\nTransfer-Encoding: chunked'],
    ])
    const ending = pick(draw, [
      `0${CRLF}${CRLF}`,
      `0;${'e'.repeat(upTo(draw, 9_000))}${CRLF}${CRLF}`,
      `ffffffffffffffff1${CRLF}`,
      `-1${CRLF}${CRLF}`,
      '0\n\n',
    ])
    return heard('', request('POST', '/graphql', [host, credential, JSON_TYPE, ...framing], ending + hidden))
  },

  'a strange content type': (draw, { host, credential }) => {
    const type = pick(draw, [
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain',
      'application/json; charset=utf-7',
      'application/json, text/plain',
      'application/graphql',
      `application/json; ${'a=b; '.repeat(upTo(draw, 1_000))}`,
      '',
    ])
    const encoding = pick(draw, [[], ['Content-Encoding: gzip'], ['Content-Encoding: br, gzip, identity']])
    return heard(
      '',
      request('POST', '/graphql', [host, credential, `Content-Type: ${type}`, ...encoding], body(draw)),
    )
  },

  'a strange accept': (draw, { host, credential }) => {
    const accept = pick(draw, [
      'text/event-stream',
      'text/event-stream;q=-1',
      'text/event-stream, application/json;q=banana',
      '*/*;q=0',
      'multipart/mixed; deferSpec=20220824',
      ','.repeat(upTo(draw, 8_000)),
      'application/graphql-response+json;'.repeat(100),
      '\u0001',
      'text/html',
    ])
    const query = pick(draw, [
      'subscription { scanStatus { seq } }',
      '{ viewer { id } }',
      'subscription { nothing }',
      '{',
    ])
    return heard(
      '',
      request(
        'POST',
        '/graphql',
        [host, credential, JSON_TYPE, `Accept: ${accept}`],
        JSON.stringify({ query }),
      ),
    )
  },

  'a strange method': (draw, { host, credential }) => {
    const method = pick(draw, [
      'BREW',
      'TRACE',
      'CONNECT',
      'OPTIONS',
      'HEAD',
      'PUT',
      'PATCH',
      'DELETE',
      'PROPFIND',
      'get',
      'PRI',
      'QUERY',
      'M-SEARCH',
      'X'.repeat(upTo(draw, 9_000) + 1),
    ])
    return heard(
      '',
      request(
        method,
        pick(draw, ['/graphql', '/', '/api/status', '/api/auth/sign-in/email', '/health/live']),
        [host, credential, JSON_TYPE],
        body(draw),
      ),
    )
  },

  'a strange target': (draw, { host, credential }) => {
    const target = pick(draw, [
      'http://evil.example/graphql',
      '//evil.example/graphql',
      '*',
      '\\graphql',
      'graphql',
      '/graphql?\u0000',
      '/%00',
      '/%',
      '/%c0%ae%c0%ae/etc/passwd',
      '/..%2f..%2f..%2fetc%2fpasswd',
      '/../../../../etc/passwd',
      '/assets/..%5c..%5cpackage.json',
      '/assets/%2e%2e/%2e%2e/server/src/main.ts',
      '/.env',
      '/.git/config',
      '/graphql/',
      '/graphql;a=b',
      '/GRAPHQL',
      '/graphql#x',
      '/api/auth/%2e%2e/graphql',
      '/api/auth/get-session?disableCookieCache=\u0001',
      '/metrics',
      '/health/ready?x=1',
      '/__proto__',
      `/${'a/'.repeat(upTo(draw, 5_000))}`,
      `/graphql?${'a=b&'.repeat(upTo(draw, 3_000))}`,
      '/graphql?query',
      '/graphql?query=%ff%fe',
    ])
    return heard(
      '',
      request(pick(draw, ['GET', 'GET', 'POST', 'HEAD']), target, [host, credential, JSON_TYPE]),
    )
  },

  'a flood of headers': (draw, { host, credential }) => {
    const headers = pick(draw, [
      fill(upTo(draw, 3_000), (n) => `X-${n}: y`),
      [`X: ${'y'.repeat(upTo(draw, 60_000))}`],
      [`Cookie: ${fill(upTo(draw, 800), (n) => `c${n}=${n}`).join('; ')}`],
      fill(
        20,
        () =>
          `Authorization: Bearer wa_${word(draw)
            .replace(/[^\x20-\x7e]/g, '?')
            .slice(0, 500)}`,
      ),
      ['X-Forwarded-For: ' + fill(upTo(draw, 500), (n) => `10.0.0.${n}`).join(', ')],
    ])
    return heard(
      '',
      request('POST', '/graphql', [host, credential, JSON_TYPE, ...headers], '{"query":"{ viewer { id } }"}'),
    )
  },

  'a strange header': (draw, { host, credential }) => {
    const header = pick(draw, [
      'Host: evil.example',
      'Host: ',
      'Host: a b',
      'Host: user:password@localhost',
      'Host: [::1',
      'Authorization: Bearer ',
      'Authorization: Basic YTpi',
      'Authorization: Bearer wa_' + 'A'.repeat(43),
      'Authorization: \u0080',
      'Cookie: __proto__=1; constructor=2',
      'Cookie: =;=;;=',
      'Cookie: %=%; a="',
      'X: a\u0000b',
      'X: a\rb',
      ' folded',
      ': empty',
      'X-Forwarded-For: \'"><',
      'X-Forwarded-Proto: https',
      'Forwarded: for="[::',
      'Expect: 100-continue',
      'Expect: 200-maybe',
      'Upgrade: h2c',
      'Range: bytes=0-0,-1,5-',
      'If-None-Match: "',
      'traceparent: 00-0-0-0',
      'X-Request-Id: <b>',
      'Content-Type: a',
      'TE: trailers',
      'Origin: \u0001',
    ])
    const own = header.startsWith('Host') ? [] : [host]
    return heard(
      '',
      request('POST', '/graphql', [...own, credential, JSON_TYPE, header], '{"query":"{ viewer { id } }"}'),
    )
  },

  'another site': (draw, { host, credential }) => {
    const from = pick(draw, [
      'Origin: https://evil.example',
      'Origin: null',
      'Origin: http://localhost.evil.example',
      'Sec-Fetch-Site: cross-site',
      'Origin: https://evil.example\r\nSec-Fetch-Site: same-origin',
    ])
    const [method, path] = pick(draw, [
      ['POST', '/graphql'],
      ['GET', '/graphql?query=mutation%7BstartScan%7B__typename%7D%7D'],
      ['GET', '/graphql?query=%7Bviewer%7Bid%7D%7D'],
      ['OPTIONS', '/graphql'],
      ['POST', '/api/auth/sign-out'],
      ['POST', '/api/auth/sign-in/email'],
    ])
    const type = pick(draw, [JSON_TYPE, 'Content-Type: text/plain'])
    return heard(
      '',
      request(
        method,
        path,
        [host, credential, from, type],
        method === 'POST' ? '{"query":"mutation { cancelScan { __typename } }"}' : '',
      ),
    )
  },

  'a guess at the door': (draw, { host }) => {
    const path = pick(draw, [
      'sign-in/email',
      'sign-up/email',
      'invitation',
      'request-password-reset',
      'reset-password',
      'sign-out',
      'get-session',
      'update-user',
      'callback/x',
      'admin',
    ])
    const text = pick(draw, [
      () =>
        JSON.stringify({
          email: word(draw),
          password: word(draw),
          name: word(draw),
          setupCode: word(draw),
          invitation: word(draw),
          token: word(draw),
        }),
      () => JSON.stringify({ email: { $ne: null }, password: [], token: {}, invitation: 1 }),
      () => body(draw),
    ])()
    return heard('', request('POST', `/api/auth/${path}`, [host, JSON_TYPE], text))
  },

  'a slow sender': (draw, { host, credential }) => {
    const text = request('POST', '/graphql', [host, credential, JSON_TYPE], '{"query":"{ viewer { id } }"}')
    const pieces = fill(8, (n) => text.subarray((n * text.length) / 10, ((n + 1) * text.length) / 10))
    return {
      name: '',
      sent: pieces.flatMap((piece) => [piece, upTo(draw, 40)]),
      leaves: pick(draw, ['CUT', 'RESET']),
    }
  },

  'a cut connection': (draw, { host, credential }) => {
    const query = pick(draw, [
      '{ scanResults { tickers { symbol } } }',
      'subscription { scanStatus { seq } }',
    ])
    const text = request(
      'POST',
      '/graphql',
      [host, credential, JSON_TYPE, 'Accept: text/event-stream'],
      JSON.stringify({ query }),
    )
    return {
      name: '',
      sent: [text.subarray(0, upTo(draw, text.length)), upTo(draw, 5)],
      leaves: pick(draw, ['CUT', 'RESET']),
    }
  },

  noise: (draw) => heard('', Buffer.from(fill(1 + upTo(draw, 3_000), () => upTo(draw, 255))), CRLF + CRLF),

  'many at once': (draw, { host, credential }) => {
    const one = request('POST', '/graphql', [host, credential, JSON_TYPE], '{"query":"{ viewer { id } }"}')
      .toString('latin1')
      .replace('Connection: close', 'Connection: keep-alive')
    return heard('', one.repeat(1 + upTo(draw, 30)))
  },
}

export function hostileRequest(draw: Draw, target: Target): Attack {
  const [name, kind] = pick(draw, Object.entries(kinds))
  return { ...kind(draw, target), name }
}
