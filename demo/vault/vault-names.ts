/**
 * The vaults that this page knows by name: the one that it began with, and those that were brought back from backups.
 * One at a time is open.
 */
const CURRENT = 'browser-kms-console/vault'
const KNOWN = 'browser-kms-console/vaults'
const FIRST = 'default'
/** As the vault wants it. */
const NAME = /^[\w.@ -]{1,128}$/

/** The name of the vault that the page opens. */
export function currentVault(): string {
  const name = stored(CURRENT)
  return name !== undefined && NAME.test(name) ? name : FIRST
}

/** All of them, the first one first. */
export function knownVaults(): readonly string[] {
  const names = (stored(KNOWN) ?? '').split('\n').filter((name) => NAME.test(name))
  return [...new Set([FIRST, ...names, currentVault()])]
}

/** Opens another vault, in place of this one. */
export function switchVault(name: string): void {
  try {
    localStorage.setItem(KNOWN, [...knownVaults(), name].join('\n'))
    localStorage.setItem(CURRENT, name)
  } catch {
    // Full, or denied: the page begins with the first vault again.
  }
  location.hash = ''
  location.reload()
}

/** What is wrong with the name of a new vault. */
export function vaultNameProblem(name: string): string | undefined {
  if (name === '') return 'Give the vault a name.'
  return NAME.test(name) ? undefined : 'Use at most 128 letters, digits, spaces or any of . _ @ -'
}

function stored(name: string): string | undefined {
  try {
    return localStorage.getItem(name) ?? undefined
  } catch {
    return undefined
  }
}
