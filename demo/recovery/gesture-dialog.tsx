import Alert from '@cloudscape-design/components/alert'
import { type ReactNode, useEffect, useState } from 'react'
import { download } from '../files/download.js'
import TaskDialog from '../keys/task-dialog.js'
import type { Explanation } from '../notices/explain-error.js'
import { useNotices } from '../notices/notices.js'
import { useVault } from '../vault/vault-context.js'
import GestureFields from './gesture-fields.js'
import { useRecovery } from './recovery-context.js'
import type { Gesture } from './recovery-facts.js'
import { useGesture } from './use-gesture.js'

interface Props {
  readonly title: string
  /** What the button says that does it. */
  readonly action: string
  readonly runningText: string
  /** Does it, and says in a sentence that it is done; says nothing where input is missing. */
  readonly task: (gesture: Gesture) => Promise<string | undefined>
  /** Whether all other input is there; asked before the gesture is. None means that there is no other input. */
  readonly isReady?: () => boolean
  readonly explain?: (error: unknown) => Explanation
  readonly onClose: () => void
  /** How far it is, while it runs. */
  readonly progress?: ReactNode
  readonly children?: ReactNode
}

/** Milliseconds after which somebody wonders what it is that takes so long. */
const PATIENCE = 3_000

/** A dialog that does one thing for which a protector has to be there. */
export default function GestureDialog({ task, isReady, progress, children, ...frame }: Props) {
  const { vault } = useVault()
  const { status, refresh } = useRecovery()
  const notices = useNotices()
  const protectors = status?.protectors ?? []
  const { given, problem, change, read, refuse } = useGesture(protectors)
  const [running, setRunning] = useState(false)
  const isSlow = useIsSlow(running)

  const run = async () => {
    if (isReady && !isReady()) return undefined
    const gesture = await read()
    if (!gesture) return undefined
    setRunning(true)
    try {
      return await task(gesture)
    } catch (error) {
      if (refuse(error)) return undefined
      throw error
    } finally {
      setRunning(false)
      await refresh()
    }
  }
  const request = async () => {
    const asked = protectors.find(({ type }) => type === 'escrow')
    if (!asked) return
    await notices.run(async () => {
      const url = URL.createObjectURL(new Blob([await vault.recovery.request(asked.id)]))
      download(url, 'recovery-request.bin')
      setTimeout(() => URL.revokeObjectURL(url), 60_000)
    }, 'Downloaded the request.')
  }

  return (
    <TaskDialog {...frame} task={run}>
      {children}
      <GestureFields
        protectors={protectors}
        given={given}
        problem={problem}
        disabled={running}
        isFirst={!isReady}
        onRequest={() => void request()}
        onChange={change}
      />
      {progress}
      {isSlow && !progress && <Waiting />}
    </TaskDialog>
  )
}

/** What is told of the wait after wrong gestures, which the vault does not tell of before it is over (PROT-6). */
export function Waiting() {
  return (
    <div role="status">
      <Alert type="info">
        The vault is still at it. After five wrong ones in a row it waits before it tries the next: a second at first,
        up to a minute.
      </Alert>
    </div>
  )
}

/** Whether something runs for longer than one expects. */
export function useIsSlow(running: boolean): boolean {
  const [isSlow, setSlow] = useState(false)
  useEffect(() => {
    if (!running) return
    const timer = setTimeout(() => setSlow(true), PATIENCE)
    return () => {
      clearTimeout(timer)
      setSlow(false)
    }
  }, [running])
  return isSlow
}
