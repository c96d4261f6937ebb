import { useState } from 'react'
import { useMutation } from 'urql'
import { graphql } from '../gql/gql.ts'
import type { StartScanMutation } from '../gql/graphql.ts'
import type { NoticeKind } from '../ui/notice.tsx'
import { errorText } from '../ui/error-text.ts'
import { momentInBothZones } from '../ui/format.ts'

const startScan = graphql(`
  mutation StartScan {
    startScan {
      __typename
      ... on MarketClosed {
        message
        opensAt
      }
      ... on MarketDataUnavailable {
        message
      }
      ... on CacheUnavailable {
        message
      }
      ... on NoActiveStocks {
        message
      }
    }
  }
`)

const cancelScan = graphql(`
  mutation CancelScan {
    cancelScan {
      __typename
      ... on NoScanRunning {
        message
      }
      ... on CacheUnavailable {
        message
      }
    }
  }
`)

/** What the server said to the last press of the button, when the banner does not say it. */
export interface Reply {
  kind: NoticeKind
  text: string
}

export function useScanControl(afterwards: () => void) {
  const [starting, start] = useMutation(startScan)
  const [cancelling, cancel] = useMutation(cancelScan)
  const [reply, setReply] = useState<Reply | null>(null)

  async function onStart() {
    setReply(null)
    const { data, error } = await start({})
    if (error) setReply({ kind: 'bad', text: errorText(error) })
    else if (data) setReply(replyToStart(data.startScan))
    afterwards()
  }

  async function onCancel() {
    setReply(null)
    const { data, error } = await cancel({})
    if (error) setReply({ kind: 'bad', text: errorText(error) })
    else if (data && data.cancelScan.__typename !== 'ScanCancelled') {
      setReply({ kind: 'warn', text: data.cancelScan.message })
    }
    afterwards()
  }

  return {
    busy: starting.fetching || cancelling.fetching,
    reply,
    dismiss: () => setReply(null),
    start: () => void onStart(),
    cancel: () => void onCancel(),
  }
}

function replyToStart(answer: StartScanMutation['startScan']): Reply | null {
  if (answer.__typename === 'ScanStarted') return null
  if (answer.__typename === 'ScanAlreadyRunning') {
    return { kind: 'calm', text: 'A scan was running already. You are watching it.' }
  }
  if (answer.__typename === 'MarketClosed') {
    const { message, opensAt } = answer
    return { kind: 'closed', text: opensAt ? `${message} It opens ${momentInBothZones(opensAt)}.` : message }
  }
  return { kind: answer.__typename === 'NoActiveStocks' ? 'warn' : 'bad', text: answer.message }
}
