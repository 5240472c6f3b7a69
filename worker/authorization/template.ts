/** Policy variables (AUTHZ-27): `${aws:username}`, `${key, 'default'}`, and `${*}`, `${?}`, `${$}` for these characters. */
import { withoutCase } from './letter-case.js'
import { literal, type Pattern, parsePattern } from './patterns.js'
import { multiValuedConditionKeys } from './permissions.js'
import type { ConditionValues } from './policy.js'

/** A value of a policy with its variables filled in: as text, and as a pattern in which they are literal. */
export interface PolicyValue {
  readonly text: string
  readonly pattern: Pattern
}

/** A value of a policy, which may have variables. */
export interface Template {
  /** Condition keys that its variables name, lower case. */
  readonly variables: readonly string[]
  /** Its value, if that depends on nothing. */
  readonly constant?: PolicyValue
  /** @returns undefined if a variable cannot be resolved */
  readonly fill: (values: ConditionValues) => PolicyValue | undefined
}

/**
 * Where variables are filled in. In an ARN only behind its fifth colon: they cannot stand for its service, Region or
 * account. `nowhere` leaves the text as it is.
 */
export type VariablePlaces = 'everywhere' | 'behindFifthColon' | 'nowhere'

interface Variable {
  readonly key: string
  readonly fallback: string | undefined
}

/** A piece of a policy's text: as it is, literal, or a variable. */
type Part = { readonly text: string } | { readonly literal: string } | Variable

/** Takes a value of a policy apart. */
export function templateOf(text: string, places: VariablePlaces): Template {
  const parts = places === 'nowhere' ? [{ text }] : partsOf(text)
  const variables = parts.flatMap((part) => ('key' in part ? [part.key] : []))
  if (places !== 'nowhere' && !isResolvable(parts, places)) return { variables, fill: () => undefined }
  if (variables.length > 0) return { variables, fill: (values) => fill(parts, values) }
  const constant = fill(parts, () => undefined)
  return { variables, fill: () => constant, ...(constant && { constant }) }
}

function partsOf(text: string): Part[] {
  const parts: Part[] = []
  let end = 0
  for (const match of text.matchAll(/\$\{([^}]*)\}/g)) {
    if (match.index > end) parts.push({ text: text.slice(end, match.index) })
    end = match.index + match[0].length
    const inside = match[1] as string
    if (['*', '?', '$'].includes(inside)) parts.push({ literal: inside })
    else {
      const [, key, fallback] = /^\s*([^,]*?)\s*(?:,\s*'(.*)'\s*)?$/s.exec(inside) ?? []
      parts.push({ key: withoutCase(key ?? inside), fallback })
    }
  }
  if (end < text.length || parts.length === 0) parts.push({ text: text.slice(end) })
  return parts
}

/** Not if a variable has no end, or stands where none can. */
function isResolvable(parts: readonly Part[], places: VariablePlaces): boolean {
  let colons = 0
  for (const part of parts) {
    if (!('text' in part)) {
      if (places === 'behindFifthColon' && colons < 5) return false
    } else if (part.text.includes('${')) return false
    else colons += part.text.split(':').length - 1
  }
  return true
}

/** Fills in the variables; what they stand for is literal. */
function fill(parts: readonly Part[], values: ConditionValues): PolicyValue | undefined {
  let text = ''
  const pattern: Pattern[number][] = []
  for (const part of parts) {
    if ('text' in part) {
      text += part.text
      pattern.push(...parsePattern(part.text))
      continue
    }
    const found = 'literal' in part ? part.literal : resolve(part, values)
    if (found === undefined) return undefined
    text += found
    pattern.push(...literal(found))
  }
  return { text, pattern }
}

/**
 * What a variable stands for. Nothing, if its key has several values, as the request says or by its kind. An empty value is
 * as good as none: `key/${aws:PrincipalTag/prefix}*` would be every key.
 */
function resolve({ key, fallback }: Variable, values: ConditionValues): string | undefined {
  if (multiValuedConditionKeys.includes(key)) return undefined
  const [found, ...others] = values(key) ?? []
  return others.length > 0 ? undefined : found || fallback || undefined
}
