import Box from '@cloudscape-design/components/box'
import FileInput from '@cloudscape-design/components/file-input'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useState } from 'react'
import { useVault } from '../vault/vault-context.js'
import GestureDialog from './gesture-dialog.js'
import NewPassphrase, { isPassphraseReady } from './new-passphrase.js'
import { deviceLabel } from './passkey-label.js'
import { readPublicKey } from './public-key-file.js'
import { type Gesture, type ProtectorType, protectorPhrases } from './recovery-facts.js'
import { noteUnchecked } from './unchecked-codes.js'

interface Props {
  readonly type: ProtectorType
  readonly onCode: (code: { readonly protectorId: string; readonly code: string }) => void
  readonly onClose: () => void
}

/** What each kind of protector is, before it is added. */
const purposes: Readonly<Record<ProtectorType, string>> = {
  passphrase: 'You remember it.',
  recoveryCode: 'The vault makes a new code, and shows it once. Codes that there are go on opening.',
  passkey: 'The browser asks you to make one. Some stay on one device, and are lost with it.',
  escrow:
    'Whoever holds the private half of this key can open everything in this vault, without you. It is meant for an organisation that must be able to.',
}

/** Adds a protector; another one has to be there for that. */
export default function AddProtector({ type, onCode, onClose }: Props) {
  const { vault } = useVault()
  const [typed, setTyped] = useState({ passphrase: '', again: '' })
  const [file, setFile] = useState<File>()
  const [label, setLabel] = useState(type === 'passkey' ? deviceLabel() : '')
  const [submitted, setSubmitted] = useState(false)

  const isReady = () => {
    setSubmitted(true)
    if (type === 'passphrase') return isPassphraseReady(typed)
    return type !== 'escrow' || file !== undefined
  }
  const add = async (gesture: Gesture) => {
    const named = label.trim() === '' ? {} : { label: label.trim() }
    const added = await (type === 'passphrase'
      ? vault.recovery.add(gesture, { type, passphrase: typed.passphrase, ...named })
      : type === 'escrow' && file
        ? vault.recovery.add(gesture, { type, publicKey: await readPublicKey(file), ...named })
        : vault.recovery.add(gesture, { type: type as 'recoveryCode' | 'passkey', ...named }))
    if (added.recoveryCode !== undefined) {
      noteUnchecked(added.protector.id)
      onCode({ protectorId: added.protector.id, code: added.recoveryCode })
    }
    return `Added ${protectorPhrases[type]}.`
  }

  return (
    <GestureDialog
      title={`Add ${protectorPhrases[type]}`}
      action="Add"
      runningText="Adding"
      isReady={isReady}
      task={add}
      onClose={onClose}
    >
      <Box variant="p">{purposes[type]}</Box>
      {type === 'passphrase' && <NewPassphrase typed={typed} submitted={submitted} onChange={setTyped} />}
      {type === 'escrow' && (
        <FormField
          label="Public key"
          description="X-Wing (1216 bytes), or RSA of 4096 bits in PEM or DER."
          errorText={submitted && !file && 'Choose the file with the public key.'}
        >
          <SpaceBetween direction="horizontal" size="xs" alignItems="center">
            <FileInput
              value={file ? [file] : []}
              ariaLabel="Choose the public key"
              onChange={({ detail }) => setFile(detail.value[0])}
            >
              Choose a file
            </FileInput>
            {file && <span className="breakable">{file.name}</span>}
          </SpaceBetween>
        </FormField>
      )}
      <FormField
        label={
          <>
            Label <i>- optional</i>
          </>
        }
        description="What you call it, such as where it is kept."
      >
        <Input value={label} onChange={({ detail }) => setLabel(detail.value.slice(0, 128))} />
      </FormField>
      <Box variant="h3" padding="n">
        Open the vault with one that there is
      </Box>
    </GestureDialog>
  )
}
