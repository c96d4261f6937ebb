import { Button } from '@mantine/core'
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

/** A link that is told once, in a dialog. */
export function HandedOutLink({ handedOut, onClose }: { handedOut: HandedOut; onClose: () => void }) {
  const { link, mailed, expiresAt } = handedOut
  return (
    <div className="form">
      <Notice kind="warn">
        {mailed ? 'It went out by mail, too. ' : 'Hand it out yourself. '}
        It works once, until {localTime(expiresAt)}, and is not shown again.
      </Notice>
      <CopyField label="Link" text={new URL(link, location.origin).href} />
      <div className="form-end">
        <Button onClick={onClose}>I have it</Button>
      </div>
    </div>
  )
}
