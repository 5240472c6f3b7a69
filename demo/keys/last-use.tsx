import type { Vault } from 'browser-kms'
import type { KeyRecord } from '../vault/key-facts.js'
import { formatDate } from './key-names.js'
import { useAnswer } from './use-answer.js'

/** What a key was last used for, and when (DEL-32). */
export default function LastUse({ record }: { readonly record: KeyRecord }) {
  const { answer } = useAnswer(lastUseOf, record)
  return answer ?? '-'
}

async function lastUseOf(vault: Vault, { keyId }: KeyRecord): Promise<string> {
  const { KeyLastUsage, TrackingStartDate, KeyCreationDate } = await vault.kms.getKeyLastUsage({ KeyId: keyId })
  if (KeyLastUsage?.Timestamp) return `${KeyLastUsage.Operation}, ${formatDate(KeyLastUsage.Timestamp)}`
  const since = Math.max(Number(TrackingStartDate), Number(KeyCreationDate))
  return `Never used since ${formatDate(new Date(since))}`
}
