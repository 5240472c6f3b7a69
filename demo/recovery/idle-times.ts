const MINUTE = 60_000

/** Times without use of a key after which the vault can lock itself. */
export const idleTimes: readonly { readonly value: string; readonly label: string; readonly afterIdle?: number }[] = [
  { value: '1', label: 'After 1 minute without use', afterIdle: MINUTE },
  { value: '5', label: 'After 5 minutes without use', afterIdle: 5 * MINUTE },
  { value: '15', label: 'After 15 minutes without use', afterIdle: 15 * MINUTE },
  { value: '60', label: 'After an hour without use', afterIdle: 60 * MINUTE },
  { value: 'never', label: 'Only when its tab is closed' },
]

/** When a vault locks itself, in a sentence. */
export function idleWords(afterIdle: number | undefined): string {
  if (afterIdle === undefined) return 'It locks when its tab is closed.'
  const minutes = Math.round(afterIdle / MINUTE)
  return `It locks after ${minutes === 1 ? 'a minute' : `${minutes} minutes`} without use, and when its tab is closed.`
}
