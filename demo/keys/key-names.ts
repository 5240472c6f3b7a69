import type { ListedKey } from '../vault/key-facts.js'

/** What a key is called in sentences: its first alias, else its id. */
export function keyName({ aliases, keyId }: ListedKey): string {
  return aliases[0] ?? keyId
}

/** A date in the user's own way of writing it. */
export function formatDate(date: Date): string {
  return date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
}

/** A date with its time zone, for what cannot be undone. */
export function formatDeadline(date: Date): string {
  return date.toLocaleString(undefined, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  })
}
