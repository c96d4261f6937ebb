import { Button, TextInput } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import './copy-field.css'

/** A text to be taken elsewhere. Where the clipboard is out of reach, it is selected instead. */
export function CopyField({ label, text }: { label: string; text: string }) {
  const [copied, setCopied] = useState(false)
  async function copy(input: HTMLInputElement | null) {
    input?.select()
    await navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => {},
    )
  }
  return (
    <div className="copy-field">
      <TextInput
        label={label}
        readOnly
        value={text}
        classNames={{ input: 'copy-field-text' }}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button
        variant="default"
        leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
        onClick={(event) => void copy(event.currentTarget.parentElement?.querySelector('input') ?? null)}
      >
        <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
      </Button>
    </div>
  )
}
