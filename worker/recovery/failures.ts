/** How long the worker waits before it tries another gesture, after gestures that opened nothing (PROT-6). */

/** What is kept of failures in a row; a gesture that opens something ends the row. */
export interface Failures {
  readonly count: number
  /** Milliseconds since 1970. */
  readonly lastAt: number
}

/** A slip of the fingers costs nothing. */
const FREE = 5
const FIRST_WAIT = 1000
const LONGEST_WAIT = 60_000

/**
 * Milliseconds from now until the next gesture is tried: none before the fifth failure in a row, then one second, doubling
 * up to a minute. A clock that has been set back lets nobody wait longer than that, and shortens nothing.
 *
 * @param now milliseconds since 1970
 */
export function waitAfter({ count, lastAt }: Failures, now: number): number {
  if (count < FREE) return 0
  const whole = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (count - FREE))
  return Math.max(0, whole - Math.max(0, now - lastAt))
}

/** The row with one failure more. */
export function failedAgain(failures: Failures | undefined, now: number): Failures {
  return { count: (failures?.count ?? 0) + 1, lastAt: now }
}
