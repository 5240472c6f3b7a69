import Alert from '@cloudscape-design/components/alert'
import { type ReactNode, useState } from 'react'
import ErrorText from '../notices/error-text.js'
import { type Explanation, explainError } from '../notices/explain-error.js'
import { useNotices } from '../notices/notices.js'
import { useVault } from '../vault/vault-context.js'

interface DialogTask {
  readonly running: boolean
  /** Why it failed, to show in the dialog: the notices are behind it. */
  readonly problem: ReactNode
  /** Does what the dialog is for, and tells that it is done. Resolves to whether it is. */
  readonly run: (action: () => Promise<unknown>, done: string) => Promise<boolean>
}

/** The one thing that a dialog does. */
export function useDialogTask(): DialogTask {
  const { directory } = useVault()
  const notices = useNotices()
  const [running, setRunning] = useState(false)
  const [failure, setFailure] = useState<Explanation>()

  const run = async (action: () => Promise<unknown>, done: string): Promise<boolean> => {
    setRunning(true)
    setFailure(undefined)
    try {
      await action()
      notices.tell(done)
      return true
    } catch (error) {
      setFailure(explainError(error))
      return false
    } finally {
      await directory.refresh()
      setRunning(false)
    }
  }

  const problem = failure && (
    <Alert type="error" header={failure.title}>
      <ErrorText {...failure} />
    </Alert>
  )
  return { running, problem, run }
}
