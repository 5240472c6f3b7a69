import SpaceBetween from '@cloudscape-design/components/space-between'
import { useCallback, useState } from 'react'
import { canAskWhereToSave } from '../file-cipher/choose-destination.js'
import { decryptFile, encryptFile } from '../file-cipher/file-cipher.js'
import { useVault } from '../vault/vault-context.js'
import ChooseFile from './choose-file.js'
import { inspectFile } from './chosen-file.js'
import DecryptForm from './decrypt-form.js'
import EncryptForm from './encrypt-form.js'
import { useFileWork } from './file-work.js'
import TaskView from './task-view.js'
import { useDroppedFile } from './use-dropped-file.js'

/** Encrypts and decrypts files: choose one, see what the page would do with it, do it. */
export default function FilesPage({ keyId }: { readonly keyId: string | undefined }) {
  const { vault } = useVault()
  const { task, chosen, setChosen, start, retry, cancel, close } = useFileWork()
  const [askWhereToSave, setAskWhereToSave] = useState(canAskWhereToSave)
  const running = task.step === 'running'

  const choose = useCallback(
    async (file: File) => {
      if (running) return
      close()
      setChosen(await inspectFile(file))
    },
    [running, close, setChosen],
  )
  useDroppedFile(choose)

  const encrypt = (file: File, key: string) =>
    start({
      direction: 'encrypt',
      size: file.size,
      keyId: key,
      run: (options) => encryptFile(vault, key, file, { ...options, askWhereToSave }),
    })
  const decrypt = (file: File, key: string | undefined) =>
    start({
      direction: 'decrypt',
      size: file.size,
      keyId: key,
      run: (options) => decryptFile(vault, file, { ...options, askWhereToSave }),
    })
  const startOver = () => {
    close()
    setChosen(undefined)
  }

  const saving = { askWhereToSave, setAskWhereToSave }
  const busy = running || task.step === 'done'
  return (
    <SpaceBetween size="l">
      <ChooseFile file={chosen?.file} disabled={running} onChoose={choose} />
      {chosen?.kind === 'plain' && !busy && (
        <EncryptForm key={keyId} file={chosen.file} preferredKeyId={keyId} saving={saving} onEncrypt={encrypt} />
      )}
      {chosen && chosen.kind !== 'plain' && !busy && (
        <DecryptForm chosen={chosen} saving={saving} onDecrypt={decrypt} />
      )}
      <TaskView task={task} onCancel={cancel} onClose={startOver} onRetry={retry} />
    </SpaceBetween>
  )
}
