import { Button, Modal } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { Notice } from './notice.tsx'
import { useLast } from './use-last.ts'

export interface Question {
  title: string
  sentence: ReactNode
  /** On the button that does it. */
  yes: string
  /** The id of what has the keyboard afterwards, where the button that asked is gone by then. */
  heir?: string
  /** @throws an Error with a sentence for the person */
  act: () => Promise<void>
}

/** Asks before something is done that is felt at once, or cannot be undone. Shown while there is a question. */
export function Confirm({ question, onClose }: { question: Question | null; onClose: () => void }) {
  const shown = useLast(question)
  const [done, setDone] = useState<Question | null>(null)
  const heir = shown !== null && shown === done ? shown.heir : undefined
  return (
    <Modal
      opened={question !== null}
      onClose={onClose}
      returnFocus={heir === undefined}
      onExitTransitionEnd={() => heir && document.getElementById(heir)?.focus()}
      title={shown?.title}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {shown && (
        <Answer
          question={shown}
          onClose={onClose}
          onDone={() => {
            setDone(shown)
            onClose()
          }}
        />
      )}
    </Modal>
  )
}

function Answer(props: { question: Question; onClose: () => void; onDone: () => void }) {
  const { question, onClose, onDone } = props
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  async function act() {
    setBusy(true)
    setProblem(null)
    try {
      await question.act()
      onDone()
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
        <Button color="red.9" loading={busy} onClick={() => void act()}>
          {question.yes}
        </Button>
      </div>
    </div>
  )
}
