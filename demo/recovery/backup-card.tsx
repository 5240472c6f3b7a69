import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import LiveRegion from '@cloudscape-design/components/live-region'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useEffect, useRef, useState } from 'react'
import { canAskWhereToSave } from '../file-cipher/choose-destination.js'
import { discardDestination } from '../file-cipher/destination.js'
import { type SavedFile, saveStream } from '../file-cipher/save-stream.js'
import { download } from '../files/download.js'
import { formatSize } from '../files/file-size.js'
import SaveOption from '../files/save-option.js'
import ErrorText from '../notices/error-text.js'
import { explainError } from '../notices/explain-error.js'
import { useVault } from '../vault/vault-context.js'
import { currentVault } from '../vault/vault-names.js'
import KeyProblems from './key-problems.js'
import ProgressView from './progress-view.js'
import { useRecovery } from './recovery-context.js'
import { type KeyWork, useKeyWork } from './use-key-work.js'

interface MadeBackup {
  readonly file: SavedFile
  /** Address for another download; none when it is in a file the user picked. */
  readonly url: string | undefined
  readonly leftOut: readonly { readonly keyArn: string; readonly problem: string }[]
}

/** Makes a backup, which needs no protector, and saves it as a file. */
export default function BackupCard() {
  const { vault } = useVault()
  const { refresh } = useRecovery()
  const { work, start, cancel, close } = useKeyWork<MadeBackup>()
  const [askWhereToSave, setAskWhereToSave] = useState(canAskWhereToSave)
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (work.step !== 'idle') frame.current?.focus()
  }, [work.step])

  const make = async () => {
    await start(async ({ signal, onProgress }) => {
      let leftOut: MadeBackup['leftOut'] = []
      const stream = vault.backups.create({
        signal,
        onProgress: ({ leftOut: found = leftOut, ...progress }) => {
          leftOut = found
          onProgress(progress)
        },
      })
      const file = await saveStream(stream, { name: nameOfToday(), length: 0, askWhereToSave, signal })
      const url = file.blob && URL.createObjectURL(file.blob)
      if (url) download(url, file.name)
      return { file, url, leftOut }
    })
    await refresh()
  }
  const done = () => {
    if (work.step === 'done') {
      const { url, file } = work.result
      if (url) URL.revokeObjectURL(url)
      if (file.destination.kind === 'private') void discardDestination(file.destination)
    }
    close()
  }

  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Everything in the vault as one encrypted file. Keep it somewhere else: whoever stores it cannot open it."
        >
          Make a backup
        </Header>
      }
    >
      <div>
        <div ref={frame} tabIndex={-1} className="focus-target">
          <LiveRegion>
            {work.step !== 'idle' && work.step !== 'running' && (
              <Box margin={{ bottom: work.step === 'done' ? 'n' : 'm' }}>
                <Outcome work={work} onDone={done} />
              </Box>
            )}
          </LiveRegion>
          {work.step === 'running' && (
            <ProgressView label="Making the backup" progress={work.progress} onCancel={cancel} />
          )}
        </div>
        {work.step !== 'running' && work.step !== 'done' && (
          <SpaceBetween size="s">
            <SaveOption askWhereToSave={askWhereToSave} setAskWhereToSave={setAskWhereToSave} />
            <Button onClick={() => void make()}>Make a backup</Button>
          </SpaceBetween>
        )}
      </div>
    </Container>
  )
}

function Outcome({ work, onDone }: { readonly work: KeyWork<MadeBackup>; readonly onDone: () => void }) {
  if (work.step === 'cancelled')
    return (
      <Alert type="info" header="Stopped.">
        No backup was kept.
      </Alert>
    )
  if (work.step === 'failed') {
    const explanation = explainError(work.error)
    return (
      <Alert type="error" header={explanation.title}>
        <ErrorText {...explanation} />
      </Alert>
    )
  }
  if (work.step !== 'done') return null
  const { file, url, leftOut } = work.result
  return (
    <Alert
      type={leftOut.length === 0 ? 'success' : 'warning'}
      header={leftOut.length === 0 ? 'The backup is made.' : 'The backup is made, and something is missing in it.'}
      action={
        <SpaceBetween direction="horizontal" size="xs">
          {url && (
            <Button href={url} download={file.name}>
              Download again
            </Button>
          )}
          <Button onClick={onDone}>Done</Button>
        </SpaceBetween>
      }
    >
      <span className="breakable">{file.name}</span>: {formatSize(file.length)}. Keep it away from this device, and try
      once to bring it back.
      <KeyProblems problems={leftOut} />
    </Alert>
  )
}

/** Sorts by its date, and needs no character that a file system forbids. */
function nameOfToday(): string {
  const now = new Date()
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, '0'))
  return `${currentVault()} ${date.join('-')}.bkms-backup`
}
