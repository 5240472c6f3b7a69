import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import LiveRegion from '@cloudscape-design/components/live-region'
import Modal from '@cloudscape-design/components/modal'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { type FormEvent, type ReactNode, useId, useRef, useState } from 'react'
import ErrorText from '../notices/error-text.js'
import { type Explanation, explainError } from '../notices/explain-error.js'
import { useNotices } from '../notices/notices.js'
import { useVault } from '../vault/vault-context.js'
import { useFirstField } from './use-first-field.js'

/** Does something, and says in a sentence that it is done; says nothing where input is missing, which a field tells. */
type Task = () => Promise<string | undefined>

interface Props {
  readonly title: string
  /** What the button says that does it. */
  readonly action: string
  /** Shown instead of the action while it runs. */
  readonly runningText: string
  readonly disabled?: boolean
  readonly task: Task
  /** What is told of a failure, where the dialog knows better than the table of errors. */
  readonly explain?: (error: unknown) => Explanation
  /** Another thing that can be done instead. */
  readonly other?: { readonly action: string; readonly runningText: string; readonly task: Task }
  /** What the button says that does nothing. */
  readonly cancel?: string
  /** It was given up. */
  readonly onCancel?: () => void
  /** The dialog is to go, whether given up or done. */
  readonly onClose: () => void
  readonly children: ReactNode
}

/**
 * A dialog that does one thing: its frame, its buttons, the wait, and why it failed, which the notices behind it could
 * not show. It opens with the focus on its first field; Enter does what its button does.
 */
export default function TaskDialog({ title, onClose, onCancel, children, ...props }: Props) {
  const { action, runningText, disabled = false, task, explain = explainError, other, cancel = 'Cancel' } = props
  const { directory } = useVault()
  const notices = useNotices()
  const formId = useId()
  const form = useRef<HTMLFormElement>(null)
  const [running, setRunning] = useState<'this' | 'other'>()
  const [failure, setFailure] = useState<Explanation>()
  useFirstField(form)

  const run = async (which: 'this' | 'other', chosen: Task): Promise<void> => {
    if (running) return
    setRunning(which)
    setFailure(undefined)
    let done: string | undefined
    try {
      done = await chosen()
    } catch (error) {
      setFailure(explain(error))
    }
    // What was done in part before a failure shows too.
    await directory.settled()
    setRunning(undefined)
    if (done === undefined) return
    notices.tell(done)
    onClose()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!disabled) void run('this', task)
  }
  /** Not while it runs: it could not be taken back, and how it ends would go untold. */
  const giveUp = () => {
    if (running) return
    onCancel?.()
    onClose()
  }

  return (
    <Modal
      visible
      onDismiss={giveUp}
      header={title}
      closeAriaLabel="Close"
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" disabled={running !== undefined} onClick={giveUp}>
              {cancel}
            </Button>
            {other && (
              <Button
                formAction="none"
                loading={running === 'other'}
                loadingText={other.runningText}
                onClick={() => void run('other', other.task)}
              >
                {other.action}
              </Button>
            )}
            <Button
              variant="primary"
              form={formId}
              disabled={disabled}
              loading={running === 'this'}
              loadingText={runningText}
            >
              {action}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form id={formId} ref={form} onSubmit={submit} noValidate>
        <SpaceBetween size="l">
          {failure && (
            <LiveRegion assertive>
              <Alert type="error" header={failure.title}>
                <ErrorText {...failure} />
              </Alert>
            </LiveRegion>
          )}
          {children}
        </SpaceBetween>
      </form>
    </Modal>
  )
}
