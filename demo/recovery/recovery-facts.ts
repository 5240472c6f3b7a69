/** What the vault tells about its recovery, and the words for it. */
import type { Gesture, Protector, RecoveryStatus } from 'browser-kms'

export type { Gesture, Protector, RecoveryStatus }
export type ProtectorType = Protector['type']

/** What a protector is called. */
export const protectorNames: Readonly<Record<ProtectorType, string>> = {
  passphrase: 'Passphrase',
  recoveryCode: 'Recovery code',
  passkey: 'Passkey',
  escrow: 'Key of an organisation',
}

/** What a protector is called in a sentence. */
export const protectorPhrases: Readonly<Record<ProtectorType, string>> = {
  passphrase: 'a passphrase',
  recoveryCode: 'a recovery code',
  passkey: 'a passkey',
  escrow: 'the key of an organisation',
}

/** What a person calls it, if that is another name than the vault has given it. */
export function ownLabel({ type, label }: Pick<Protector, 'type' | 'label'>): string | undefined {
  return label === '' || label.toLowerCase() === protectorNames[type].toLowerCase() ? undefined : label
}

/** Milliseconds. */
const DAY = 86_400_000
/** Days after which a rehearsal says little of now. */
const REHEARSED = 90

/** Whether a rehearsal is too long ago to rely on. */
export function isRehearsalDue({ lastRehearsal }: RecoveryStatus): boolean {
  return lastRehearsal === undefined || Date.now() - lastRehearsal.at.getTime() >= REHEARSED * DAY
}

/** A time ago in words. */
export function ago(date: Date): string {
  const days = Math.floor((Date.now() - date.getTime()) / DAY)
  if (days < 1) return 'today'
  return days === 1 ? 'yesterday' : `${days} days ago`
}
