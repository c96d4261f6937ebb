import { Button, Modal } from '@mantine/core'
import { CopyField } from '../ui/copy-field.tsx'
import { localTime } from '../ui/format.ts'
import { Notice } from '../ui/notice.tsx'

export interface HandedOut {
  title: string
  /** A path when the server does not know its own address. */
  link: string
  mailed: boolean
  expiresAt: string
}

/** A link that is told once. */
export function HandedOutLink({ handedOut, onClose }: { handedOut: HandedOut | null; onClose: () => void }) {
  return (
    <Modal
      opened={handedOut !== null}
      onClose={onClose}
      title={handedOut?.title}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {handedOut && (
        <div className="form">
          <Notice kind="warn">
            {handedOut.mailed ? 'It went out by mail, too. ' : 'Hand it out yourself. '}
            It works once, until {localTime(handedOut.expiresAt)}, and is not shown again.
          </Notice>
          <CopyField label="Link" text={new URL(handedOut.link, location.origin).href} />
          <div className="form-end">
            <Button onClick={onClose}>I have it</Button>
          </div>
        </div>
      )}
    </Modal>
  )
}
