import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useState } from 'react'
import { createPortal } from 'react-dom'
import { useWarningBeforeLeaving } from '../files/use-file-task.js'
import TaskDialog from '../keys/task-dialog.js'
import { useVault } from '../vault/vault-context.js'
import { forgetUnchecked } from './unchecked-codes.js'

interface Props {
  readonly protectorId: string
  /** Undefined where it was shown before, and is only typed back. */
  readonly code?: string | undefined
  readonly onClose: () => void
}

/** Shows a new recovery code, once, and has it typed back: only then it is known that somebody has it. */
export default function RecoveryCodeDialog({ protectorId, code, onClose }: Props) {
  const { vault } = useVault()
  const [step, setStep] = useState<'shown' | 'typed'>(code === undefined ? 'typed' : 'shown')
  const [typed, setTyped] = useState('')
  const [problem, setProblem] = useState<string>()
  useWarningBeforeLeaving(step === 'shown')

  const problemWith = async (recoveryCode: string): Promise<string | undefined> => {
    try {
      if (await vault.recovery.verify({ recoveryCode })) return undefined
      return 'This is another code. Look at what you have written down.'
    } catch (error) {
      // A mistyped one, of which the vault says where to look.
      if (error instanceof Error && error.name === 'ValidationException') return error.message
      throw error
    }
  }
  const check = async () => {
    if (typed.trim() === '') {
      setProblem('Type the recovery code.')
      return undefined
    }
    const found = await problemWith(typed)
    if (found !== undefined) {
      setProblem(found)
      return undefined
    }
    forgetUnchecked(protectorId)
    return 'The recovery code is right. Keep it away from this device.'
  }

  if (step === 'shown' && code !== undefined)
    return (
      <TaskDialog
        key="shown"
        title="Your recovery code"
        action="I have written it down"
        runningText="Going on"
        cancel="Not now"
        task={async () => {
          setStep('typed')
          return undefined
        }}
        onClose={onClose}
      >
        <Box variant="p">
          It opens this vault and its backups when all else is lost, for you and for whoever finds it. It is shown this
          once: write it down, or print it, and keep it away from this device.
        </Box>
        <CodeOnPaper code={code} />
        <SpaceBetween direction="horizontal" size="xs">
          <CopyToClipboard
            textToCopy={code}
            copyButtonText="Copy"
            copySuccessText="Copied the recovery code"
            copyErrorText="The browser refused to copy the recovery code"
          />
          <Button iconName="file" formAction="none" onClick={() => print()}>
            Print
          </Button>
        </SpaceBetween>
      </TaskDialog>
    )
  return (
    <TaskDialog
      key="typed"
      title="Type the recovery code back"
      action="Check"
      runningText="Checking"
      cancel="Not now"
      task={check}
      {...(code !== undefined && {
        other: { action: 'Show it again', runningText: '', task: async () => setStep('shown') as undefined },
      })}
      onClose={onClose}
    >
      <FormField
        label="Recovery code"
        description="As you have written it down. Small letters are as good as capitals, and hyphens may be left out."
        errorText={problem}
      >
        <Input
          value={typed}
          autoComplete={false}
          spellcheck={false}
          ariaRequired
          onChange={({ detail }) => {
            setProblem(undefined)
            setTyped(detail.value)
          }}
        />
      </FormField>
      {code === undefined && (
        <Alert type="info">If you do not have it, remove it from the protectors and make another.</Alert>
      )}
    </TaskDialog>
  )
}

/** The code as it is shown, in groups that stay whole, and once more for the printer, which gets nothing else. */
function CodeOnPaper({ code }: { readonly code: string }) {
  const groups = code.split('-').map((characters, position) => ({ characters, position }))
  const shown = (
    <code className="recovery-code">
      {groups.map(({ characters, position }) => (
        <span key={position}>
          {position > 0 && '-'}
          <wbr />
          <span className="whole">{characters}</span>
        </span>
      ))}
    </code>
  )
  return (
    <>
      {shown}
      {createPortal(
        <div className="printed" aria-hidden="true">
          <p>Recovery code of the vault at {location.host}</p>
          {shown}
        </div>,
        document.body,
      )}
    </>
  )
}
