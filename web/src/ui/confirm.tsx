import { Button, Modal } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { Notice } from './notice.tsx'

export interface Question {
  title: string
  sentence: ReactNode
  /** On the button that does it. */
  yes: string
  /** @throws an Error with a sentence for the person */
  act: () => Promise<void>
}

/** Asks before something is done that cannot be undone. Shown while there is a question. */
export function Confirm({ question, onClose }: { question: Question | null; onClose: () => void }) {
  return (
    <Modal
      opened={question !== null}
      onClose={onClose}
      title={question?.title}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {question && <Answer question={question} onClose={onClose} />}
    </Modal>
  )
}

function Answer({ question, onClose }: { question: Question; onClose: () => void }) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  async function act() {
    setBusy(true)
    setProblem(null)
    try {
      await question.act()
      onClose()
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'That did not work.')
      setBusy(false)
    }
  }
  return (
    <div className="form">
      {problem && <Notice kind="bad">{problem}</Notice>}
      <p>{question.sentence}</p>
      <div className="form-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
        <Button color="red" loading={busy} onClick={() => void act()}>
          {question.yes}
        </Button>
      </div>
    </div>
  )
}
