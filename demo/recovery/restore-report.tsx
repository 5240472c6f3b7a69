import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import type { restoreVault } from 'browser-kms/recovery'
import { formatDate } from '../keys/key-names.js'
import { statusWords } from '../keys/key-status.js'
import { switchVault } from '../vault/vault-names.js'
import KeyProblems from './key-problems.js'
import { ago } from './recovery-facts.js'

export type RestoreReport = Awaited<ReturnType<typeof restoreVault>>
type KeyState = Parameters<typeof statusWords>[0]

interface Props {
  readonly report: RestoreReport
  /** Of the vault that was made. */
  readonly name: string
}

/** What a restore has brought back, in words. */
export default function RestoreReportView({ report, name }: Props) {
  const { ok, keys, byState, problems, backupCreatedAt } = report
  const states = (Object.entries(byState) as [KeyState, number][]).map(
    ([state, count]) => `${count} ${statusWords(state).toLowerCase()}`,
  )
  const many = keys === 1 ? 'one key' : `${keys} keys`
  return (
    <Alert
      type={ok ? 'success' : 'warning'}
      header={ok ? `Brought back: ${many}.` : `Brought back: ${many}, and not everything.`}
      action={
        <Button variant="primary" onClick={() => switchVault(name)}>
          Open this vault
        </Button>
      }
    >
      {states.length > 0 && `${states.join(', ')}. `}Everything is as it was on {formatDate(backupCreatedAt)} (
      {ago(backupCreatedAt)}): what was changed since is not in it, and a key that was deleted since is back.
      <KeyProblems problems={problems} />
    </Alert>
  )
}
