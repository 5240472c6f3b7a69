/**
 * Recovery codes that were shown and not typed back yet: a code that nobody has written down protects nothing. Only ids
 * are kept, outside the vault, which does not know.
 */
const NAME = 'browser-kms-console/unchecked-codes'

/** Ids of protectors. */
export function uncheckedCodes(): readonly string[] {
  try {
    const ids: unknown = JSON.parse(localStorage.getItem(NAME) ?? '[]')
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : []
  } catch {
    return []
  }
}

/** A code was shown. */
export function noteUnchecked(id: string): void {
  keep([...uncheckedCodes(), id])
}

/** A code was typed back, or its protector is gone. */
export function forgetUnchecked(id: string): void {
  keep(uncheckedCodes().filter((each) => each !== id))
}

function keep(ids: readonly string[]): void {
  try {
    localStorage.setItem(NAME, JSON.stringify(ids))
  } catch {
    // Full, or denied: the page does not remind.
  }
}
