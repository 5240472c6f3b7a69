import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import LiveRegion from '@cloudscape-design/components/live-region'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useEffect, useRef } from 'react'
import FailedTask from './failed-task.js'
import { formatSize } from './file-size.js'
import RunningTask from './running-task.js'
import type { FileTask } from './use-file-task.js'

interface Props {
  readonly task: FileTask
  readonly onCancel: () => void
  readonly onClose: () => void
  readonly onRetry: () => void
}

/** How the work on a file goes, and how it ended. The focus follows: the button that began it is gone by then. */
export default function TaskView(props: Props) {
  const { step } = props.task
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (step !== 'idle') frame.current?.focus()
  }, [step])
  return (
    <div ref={frame} tabIndex={-1} className="focus-target">
      <LiveRegion>
        <Outcome {...props} />
      </LiveRegion>
      {props.task.step === 'running' && <RunningTask {...props.task} onCancel={props.onCancel} />}
    </div>
  )
}

/** Screen readers tell of an outcome; of the progress, its bar tells by itself. */
function Outcome({ task, onClose, onRetry }: Props) {
  switch (task.step) {
    case 'idle':
    case 'running':
      return null
    case 'cancelled':
      return (
        <Alert type="info" header="Stopped.">
          Nothing was kept.
        </Alert>
      )
    case 'failed':
      return <FailedTask {...task} onRetry={onRetry} />
    case 'done':
      return <DoneTask {...task} onClose={onClose} />
  }
}

type DoneProps = Extract<FileTask, { step: 'done' }> & Pick<Props, 'onClose'>

function DoneTask({ direction, result, seconds, url, onClose }: DoneProps) {
  return (
    <Alert
      type="success"
      header={direction === 'encrypt' ? 'Encrypted.' : 'Decrypted and verified.'}
      action={
        <SpaceBetween direction="horizontal" size="xs">
          {url && (
            <Button href={url} download={result.name}>
              Download again
            </Button>
          )}
          <Button onClick={onClose}>Done</Button>
        </SpaceBetween>
      }
    >
      <span className="breakable">{result.name}</span>: {formatSize(result.length)} in{' '}
      {seconds.toLocaleString(undefined, { maximumFractionDigits: 1 })} seconds.{' '}
      {url && 'It is in your downloads; a copy stays in this browser until you are done.'}
    </Alert>
  )
}
