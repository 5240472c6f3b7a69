/**
 * Members of a request, as its audit record has them: the disk must not be filled, nor older records be pushed out, by
 * whoever sends large requests.
 */

/** Characters of all parameters of a record, as JSON, at most; a little more with the marks of what was cut. */
const MOST_CHARACTERS = 4096
/** Characters that names and punctuation of an entry cost. */
const ENTRY = 8

/**
 * The members of a request that its record tells. Those that fit are as they were; what does not is cut, and says so: a text
 * ends in `… (cut: N characters)`, a list or map in an entry like it.
 *
 * @param members names of them, in the order of their importance
 */
export function recordedParameters(
  input: Readonly<Record<string, unknown>> | undefined,
  members: readonly string[],
): Record<string, unknown> {
  const parameters: Record<string, unknown> = {}
  const room = { left: MOST_CHARACTERS }
  for (const member of members) {
    const value = input?.[member]
    if (value !== undefined) parameters[member] = recorded(value, room)
  }
  return parameters
}

function recorded(value: unknown, room: { left: number }): unknown {
  room.left -= ENTRY
  if (typeof value === 'string') return recordedText(value, room)
  // Dates, and nothing else that has no members.
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (Array.isArray(value)) {
    const list: unknown[] = []
    for (const entry of value) {
      if (room.left <= 0) return [...list, mark(value.length, 'entries')]
      list.push(recorded(entry, room))
    }
    return list
  }
  const entries = Object.entries(value)
  const map: [string, unknown][] = []
  for (const [name, entry] of entries) {
    if (room.left <= 0) {
      map.push(['…', mark(entries.length, 'entries')])
      break
    }
    map.push([recordedText(name, room), recorded(entry, room)])
  }
  return Object.fromEntries(map)
}

function recordedText(text: string, room: { left: number }): string {
  const most = Math.max(0, room.left)
  room.left -= text.length
  // JSON writes a character of two halves, one of which was cut off, in six.
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()}… ${mark(text.length, 'characters')}`
}

function mark(count: number, what: string): string {
  return `(cut: ${count} ${what})`
}
