import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator'
import type { KeyRecord } from '../vault/key-facts.js'

type KeyState = KeyRecord['metadata']['KeyState']

/** The words of STATE-30 for the eight key states. */
const statuses: Readonly<Record<KeyState, readonly [words: string, type: StatusIndicatorProps.Type]>> = {
  Enabled: ['Enabled', 'success'],
  Disabled: ['Disabled', 'stopped'],
  PendingDeletion: ['Pending deletion', 'warning'],
  PendingReplicaDeletion: ['Pending replica deletion', 'warning'],
  PendingImport: ['Pending import', 'pending'],
  Unavailable: ['Unavailable', 'error'],
  Creating: ['Creating', 'in-progress'],
  Updating: ['Updating', 'in-progress'],
}

/** The state of a key in the words of the AWS console. */
export function statusWords(state: KeyState): string {
  return statuses[state][0]
}

/** The state of a key, with its sign. */
export default function KeyStatus({ state }: { readonly state: KeyState }) {
  const [words, type] = statuses[state]
  return <StatusIndicator type={type}>{words}</StatusIndicator>
}
