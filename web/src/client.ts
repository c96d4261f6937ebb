import { Client, fetchExchange, mapExchange, subscriptionExchange } from '@urql/core'
import { goToSignIn } from './auth/sign-in-redirect.ts'
import { keepSubscribed } from './live-socket.ts'

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
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({
          unsubscribe: keepSubscribed({ query: query ?? '', variables: variables ?? {} }, sink),
        }),
      }),
    }),
  ],
})
