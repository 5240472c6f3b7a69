/** Patterns of policies: `*` stands for any run of characters, `?` for one. */

const ANY = Symbol('*')
const ONE = Symbol('?')

/** A pattern, one element for each character. */
export type Pattern = readonly (string | typeof ANY | typeof ONE)[]

export function parsePattern(text: string): Pattern {
  return Array.from(text, (character) => (character === '*' ? ANY : character === '?' ? ONE : character))
}

/** A pattern that is nothing but these characters. */
export function literal(text: string): Pattern {
  return Array.from(text)
}

/** Whether a pattern fits a whole text. Takes at most as many steps as both are long, multiplied. */
export function fits(pattern: Pattern, text: string): boolean {
  const characters = Array.from(text)
  let at = 0
  let index = 0
  // Where the last `*` is, and up to which character it reaches so far.
  let star = -1
  let reach = 0
  while (index < characters.length) {
    const expected = pattern[at]
    if (expected === ANY) {
      star = at++
      reach = index
    } else if (expected !== undefined && (expected === ONE || expected === characters[index])) {
      at++
      index++
    } else if (star >= 0) {
      at = star + 1
      index = ++reach
    } else return false
  }
  while (pattern[at] === ANY) at++
  return at === pattern.length
}

/** Compiles a pattern once, with short cuts for the kinds that most policies consist of. */
export function matcherOf(text: string): (candidate: string) => boolean {
  if (text === '*') return () => true
  const first = text.search(/[*?]/)
  if (first === -1) return (candidate) => candidate === text
  if (first === text.length - 1 && text.endsWith('*')) {
    const prefix = text.slice(0, -1)
    return (candidate) => candidate.startsWith(prefix)
  }
  const pattern = parsePattern(text)
  return (candidate) => fits(pattern, candidate)
}

/** The six parts of an ARN; the last may hold colons. */
export function arnParts(arn: string): readonly string[] | undefined {
  const parts = arn.split(':')
  return parts.length < 6 ? undefined : [...parts.slice(0, 5), parts.slice(5).join(':')]
}

/**
 * Compiles a pattern for ARNs, which are compared part by part; `*` alone is any resource.
 *
 * @returns undefined for what is neither
 */
export function arnMatcherOf(text: string): ((arn: string) => boolean) | undefined {
  if (text === '*') return () => true
  const expected = arnParts(text)?.map(matcherOf)
  if (!expected) return undefined
  return (arn) => {
    const parts = arnParts(arn)
    return parts !== undefined && expected.every((matches, index) => matches(parts[index] as string))
  }
}
