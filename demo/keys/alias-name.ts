/** What the console asks of an alias name before it asks the vault. The name is without its `alias/` prefix. */
export function aliasNameProblem(name: string, taken: ReadonlySet<string>): string | undefined {
  if (name === '') return 'Give the key a name.'
  if (!/^[a-zA-Z0-9/_-]+$/.test(name)) return 'Use letters, digits, slashes, underscores and hyphens.'
  if (name.startsWith('aws/')) return 'Names that begin with "aws/" are reserved.'
  if (name.length > 250) return 'Use at most 250 characters.'
  if (taken.has(name)) return 'Another key has this alias.'
  return undefined
}
