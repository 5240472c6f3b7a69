const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

/** A file size as file managers show it: decimal units, three digits. */
export function formatSize(bytes: number): string {
  if (bytes === 1) return '1 byte'
  const power = bytes === 0 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${value.toLocaleString(undefined, { maximumSignificantDigits: 3 })} ${UNITS[power]}`
}
