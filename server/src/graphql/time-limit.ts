/** How long a query or mutation may take. Subscriptions last as long as somebody listens. */
import type { Plugin } from '@envelop/core'
import { refusal } from './refusals.ts'

/** Over every transport. What has begun by then goes on, and nobody waits for it. */
export function limitedTime(ms: number): Plugin {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (args) => {
        let timer: NodeJS.Timeout | undefined
        const late = new Promise<object>((resolve) => {
          timer = setTimeout(() => resolve({ errors: [tooSlow(ms)] }), ms)
        })
        try {
          return await Promise.race([executeFn(args), late])
        } finally {
          clearTimeout(timer)
        }
      })
    },
  }
}

const tooSlow = (ms: number) =>
  refusal({
    code: 'TIMEOUT',
    message: `This took longer than ${ms / 1000} s and was given up. Try again in a moment.`,
    status: 503,
    headers: { 'Retry-After': '5' },
  })
