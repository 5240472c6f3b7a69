/**
 * Ids for requests or events, in the form of a UUID: a random one whose last twelve digits count. (A random one for each
 * would cost as much as encrypting a KiB.)
 */
export function runningIds(): () => string {
  const prefix = crypto.randomUUID().slice(0, -12)
  let count = 0
  return () => prefix + (count++).toString(16).padStart(12, '0')
}
