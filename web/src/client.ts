import { Client, fetchExchange, mapExchange, subscriptionExchange } from '@urql/core'
import { persistedExchange } from '@urql/exchange-persisted'
import { goToSignIn } from './auth/sign-in-redirect.ts'
import { keepSubscribed } from './live-socket.ts'
import { hashOf } from './persisted.ts'

/**
 * The server takes a GET for ours when the browser says so, which none does over plain HTTP from another machine. The
 * document asks for the page's first answers by these very addresses, before this script has arrived: `vite.config.ts`.
 */
const asksByGet = isSecureContext

/** Queries and mutations over HTTP, subscriptions over one WebSocket, no cache: live data is asked once, then pushed. */
export const client = new Client({
  url: '/graphql',
  preferGetMethod: false,
  requestPolicy: 'network-only',
  fetchOptions: { credentials: 'same-origin' },
  exchanges: [
    mapExchange({
      onError(error) {
        const refused = error.graphQLErrors.some((one) => one.extensions['code'] === 'UNAUTHENTICATED')
        if (refused || (error.response as Response | undefined)?.status === 401) goToSignIn()
      },
    }),
    persistedExchange({
      preferGetForPersistedQueries: asksByGet,
      enableForMutation: true,
      generateHash: async (_text, document) => hashOf(document) ?? '',
    }),
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }, operation) => ({
        subscribe: (sink) => ({
          unsubscribe: keepSubscribed(
            { query: query ?? '', variables: variables ?? {} },
            hashOf(operation.query),
            sink,
          ),
        }),
      }),
    }),
  ],
})
