/** An alias name as KMS knows it. */
export type AliasName = `alias/${string}`

/** What was typed as the name of a key: a name that can be asked for, or what is wrong with it. */
export type TypedAlias =
  | { readonly aliasName: AliasName; readonly bareName: string; readonly problem?: undefined }
  | { readonly problem: string }

/** The name without its `alias/`, which people type and paste with and without. */
export function bareAliasName(typed: string): string {
  return typed.trim().replace(/^alias\//, '')
}

/**
 * Reads what was typed as an alias name, with or without `alias/`, before the vault is asked.
 *
 * @param taken names of this Region, as far as the page knows them, without `alias/`
 */
export function readAlias(typed: string, taken: ReadonlySet<string>): TypedAlias {
  const bareName = bareAliasName(typed)
  const problem = problemOf(bareName, taken)
  return problem === undefined ? { aliasName: `alias/${bareName}`, bareName } : { problem }
}

function problemOf(name: string, taken: ReadonlySet<string>): string | undefined {
  if (name === '') return 'Give the key a name.'
  if (!/^[a-zA-Z0-9/_-]+$/.test(name)) return 'Use letters, digits, slashes, underscores and hyphens.'
  if (name.startsWith('aws/')) return 'Names that begin with "aws/" are reserved.'
  if (name.length > 250) return 'Use at most 250 characters.'
  if (taken.has(name)) return 'Another key has this alias.'
  return undefined
}
