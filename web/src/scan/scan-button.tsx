import { Button } from '@mantine/core'
import { IconPlayerStopFilled, IconRadar2 } from '@tabler/icons-react'
import './scan-button.css'

/** Starts a scan; while one runs, cancels it. As wide either way. */
export function ScanButton(props: {
  running: boolean
  busy: boolean
  /** False for those who only look. */
  allowed: boolean
  onStart: () => void
  onCancel: () => void
}) {
  const { running, busy, allowed, onStart, onCancel } = props
  return (
    <Button
      className="scan-button"
      size="md"
      variant={running ? 'default' : 'filled'}
      loading={busy}
      disabled={!allowed}
      leftSection={running ? <IconPlayerStopFilled size={18} /> : <IconRadar2 size={18} />}
      onClick={running ? onCancel : onStart}
    >
      {running ? 'Cancel scan' : 'Scan for Options'}
    </Button>
  )
}
