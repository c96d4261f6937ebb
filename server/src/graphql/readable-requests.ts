/** A request whose parameters cannot be read is its sender's mistake, and the answer does not quote it. */
import type { Plugin } from 'graphql-yoga'
import { refusal } from './refusals.ts'

export function readableRequests(): Plugin {
  return {
    onRequestParse({ requestParser, setRequestParser }) {
      if (requestParser === undefined) return
      setRequestParser(async (request) => {
        try {
          return await requestParser(request)
        } catch {
          throw refusal({ code: 'BAD_REQUEST', message: 'The parameters of the request are not valid JSON.' })
        }
      })
    },
  }
}
