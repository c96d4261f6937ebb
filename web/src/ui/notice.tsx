import { CloseButton } from '@mantine/core'
import { IconAlertTriangle, IconCircleX, IconFlask, IconInfoCircle, IconMoon } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import './notice.css'

const icons = {
  warn: IconAlertTriangle,
  bad: IconCircleX,
  calm: IconInfoCircle,
  closed: IconMoon,
  simulated: IconFlask,
}

export type NoticeKind = keyof typeof icons

/** One line that a person should know. What is bad, or an answer to what they did (`onClose`), is read out at once. */
export function Notice(props: { kind: NoticeKind; children: ReactNode; onClose?: () => void }) {
  const Icon = icons[props.kind]
  return (
    <div
      className={`notice notice-${props.kind}`}
      role={props.onClose || props.kind === 'bad' ? 'alert' : 'note'}
    >
      <Icon size={17} stroke={1.9} aria-hidden="true" />
      <div>{props.children}</div>
      {props.onClose && <CloseButton size="sm" aria-label="Dismiss" onClick={props.onClose} />}
    </div>
  )
}
