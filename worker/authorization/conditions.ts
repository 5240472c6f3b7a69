/** Conditions of policy statements (AUTHZ-20 to AUTHZ-30): compiled once, evaluated for each request. */
import { MalformedPolicyDocumentException } from '../../src/contract/errors.js'
import { isObject, malformed } from './malformed.js'
import { arnParts, fits, literal, type Pattern, parsePattern } from './patterns.js'
import type { Condition, ConditionValues } from './policy.js'

/** Keys with several values, which need a set operator (AUTHZ-24). */
const MULTI_VALUED = [
  'kms:encryptioncontextkeys',
  'kms:grantoperations',
  'kms:resourcealiases',
  'aws:tagkeys',
  'aws:calledvia',
]
/** Says that a key has more aliases than its quota allows. No policy can name it. */
export const ALIASES_OVER_QUOTA = 'vault:aliases over quota'

/** Keys for which `ForAllValues` would let requests without them pass (AUTHZ-25). */
const OVERLY_PERMISSIVE = [
  ['kms:encryptioncontext:', 'encryption context'],
  ['aws:requesttag/', 'tag'],
] as const

/** A value of a policy with its variables filled in: as text, and as a pattern in which they are literal. */
interface PolicyValue {
  readonly text: string
  readonly pattern: Pattern
}

type Test = (requested: string) => boolean

interface Operator {
  readonly negated: boolean
  readonly test: (value: PolicyValue) => Test
}

const equals =
  ({ text }: PolicyValue): Test =>
  (requested) =>
    requested === text
const equalsIgnoringCase = ({ text }: PolicyValue): Test => {
  const lower = text.toLowerCase()
  return (requested) => requested.toLowerCase() === lower
}
const like =
  ({ pattern }: PolicyValue): Test =>
  (requested) =>
    fits(pattern, requested)

const compare =
  (read: (text: string) => number, holds: (requested: number, wanted: number) => boolean) =>
  ({ text }: PolicyValue): Test => {
    const wanted = read(text)
    return (requested) => holds(read(requested), wanted)
  }
const numberOf = (text: string): number => (/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN)
/** Milliseconds of an ISO 8601 date, or of seconds since 1970. */
const dateOf = (text: string): number => {
  const seconds = numberOf(text)
  return Number.isNaN(seconds) ? Date.parse(text) : seconds * 1000
}
const arnLike = ({ pattern }: PolicyValue): Test => {
  const wanted = splitParts(pattern)
  return (requested) => {
    const parts = arnParts(requested)
    return (
      parts !== undefined && wanted.length === 6 && wanted.every((part, index) => fits(part, parts[index] as string))
    )
  }
}

/** A pattern of an ARN, part by part. */
function splitParts(pattern: Pattern): Pattern[] {
  const parts: Pattern[number][][] = [[]]
  for (const unit of pattern) {
    if (unit === ':' && parts.length < 6) parts.push([])
    else (parts.at(-1) as Pattern[number][]).push(unit)
  }
  return parts
}

const orders: Readonly<Record<string, (requested: number, wanted: number) => boolean>> = {
  Equals: (requested, wanted) => requested === wanted,
  LessThan: (requested, wanted) => requested < wanted,
  LessThanEquals: (requested, wanted) => requested <= wanted,
  GreaterThan: (requested, wanted) => requested > wanted,
  GreaterThanEquals: (requested, wanted) => requested >= wanted,
}

const positive = (test: Operator['test']): Operator => ({ negated: false, test })
const negative = (test: Operator['test']): Operator => ({ negated: true, test })
const never: Operator['test'] = () => () => false

const operators = new Map<string, Operator>([
  ['StringEquals', positive(equals)],
  ['StringNotEquals', negative(equals)],
  ['StringEqualsIgnoreCase', positive(equalsIgnoringCase)],
  ['StringNotEqualsIgnoreCase', negative(equalsIgnoringCase)],
  ['StringLike', positive(like)],
  ['StringNotLike', negative(like)],
  ['Bool', positive(equalsIgnoringCase)],
  ['BinaryEquals', positive(equals)],
  // A page has no address (AUTHZ-33).
  ['IpAddress', positive(never)],
  ['NotIpAddress', negative(never)],
  ['ArnEquals', positive(arnLike)],
  ['ArnLike', positive(arnLike)],
  ['ArnNotEquals', negative(arnLike)],
  ['ArnNotLike', negative(arnLike)],
  ...Object.entries(orders).flatMap(([name, holds]): [string, Operator][] => [
    [`Numeric${name}`, positive(compare(numberOf, holds))],
    [`Date${name}`, positive(compare(dateOf, holds))],
  ]),
  ['NumericNotEquals', negative(compare(numberOf, orders.Equals as (typeof orders)[string]))],
  ['DateNotEquals', negative(compare(dateOf, orders.Equals as (typeof orders)[string]))],
])

/**
 * Compiles the `Condition` element of a statement.
 *
 * @param resolvesVariables documents of version 2012-10-17 do (AUTHZ-27)
 * @throws {@link MalformedPolicyDocumentException} with the place of the mistake
 */
export function compileConditions(element: unknown, place: string, resolvesVariables: boolean): Condition[] {
  if (!isObject(element)) throw malformed(place, 'must be an object')
  return Object.entries(element).flatMap(([operator, keys]) => {
    if (!isObject(keys)) throw malformed(`${place}.${operator}`, 'must be an object')
    return Object.entries(keys).map(([key, values]) => {
      const name = `${place}.${operator}.${key}`
      return compileCondition(operator, key.toLowerCase(), textsOf(values, name), name, resolvesVariables)
    })
  })
}

function compileCondition(
  name: string,
  key: string,
  texts: readonly string[],
  place: string,
  resolvesVariables: boolean,
): Condition {
  const match = /^(?:(ForAllValues|ForAnyValue):)?(.+?)(IfExists)?$/.exec(name)
  const [, set, base = '', ifExists] = match ?? []
  const isMultiValued = MULTI_VALUED.includes(key)
  if (base === 'Null' && !set && !ifExists) {
    const wanted = texts.map((text) => text.toLowerCase() === 'true')
    return { key, variables: [], holds: (values) => wanted.includes(isAbsent(values(key))) }
  }
  const operator = operators.get(base)
  if (!operator) throw malformed(place, `has no condition operator ${name}`)
  if (isMultiValued && !set)
    throw malformed(place, 'is a condition key with several values: use ForAllValues or ForAnyValue')
  if (set === 'ForAllValues')
    for (const [prefix, what] of OVERLY_PERMISSIVE)
      if (key.startsWith(prefix))
        throw new MalformedPolicyDocumentException(
          `OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches requests without the specified ${what} or with an unspecified ${what}. To fix, remove ForAllValues.`,
        )
  const wanted = texts.map((text) => compileValue(text, operator, resolvesVariables))
  return {
    key,
    variables: wanted.flatMap(({ variables }) => variables),
    holds(values, effect) {
      const found = values(key)
      // Too many aliases to be trusted (AUTHZ-63).
      if (effect === 'Allow' && key === 'kms:resourcealiases' && values(ALIASES_OVER_QUOTA)) return false
      if (isAbsent(found)) return set === 'ForAllValues' || ifExists !== undefined || (operator.negated && !set)
      const tests = wanted.map(({ testFor }) => testFor(values))
      const holdsFor = (value: string) => tests.some((test) => test?.(value) === true) !== operator.negated
      if (set === 'ForAnyValue') return found.some(holdsFor)
      if (set === 'ForAllValues') return found.every(holdsFor)
      // One key in several spellings: an Allow needs all their values to fit, a Deny any (AUTHZ-47).
      return effect === 'Deny' ? found.some(holdsFor) : found.every(holdsFor)
    },
  }
}

function isAbsent(found: readonly string[] | undefined): found is undefined {
  return found === undefined || found.length === 0
}

interface CompiledValue {
  readonly variables: readonly string[]
  /** @returns undefined if a variable has no value: nothing fits then */
  readonly testFor: (values: ConditionValues) => Test | undefined
}

function compileValue(text: string, operator: Operator, resolvesVariables: boolean): CompiledValue {
  const parts = resolvesVariables ? templateOf(text) : [{ text }]
  const variables = parts.flatMap((part) => ('key' in part ? [part.key] : []))
  if (variables.length === 0) {
    const test = operator.test(fill(parts, () => undefined) as PolicyValue)
    return { variables, testFor: () => test }
  }
  return {
    variables,
    testFor(values) {
      const value = fill(parts, values)
      return value && operator.test(value)
    },
  }
}

/** A piece of a policy's text: as it is, literal, or a variable. */
type Part =
  | { readonly text: string }
  | { readonly literal: string }
  | { readonly key: string; readonly fallback: string | undefined }

/** Takes a text with policy variables apart: `${aws:username}`, `${key, 'default'}`, `${*}`. */
export function templateOf(text: string): Part[] {
  const parts: Part[] = []
  let end = 0
  for (const match of text.matchAll(/\$\{([^}]*)\}/g)) {
    if (match.index > end) parts.push({ text: text.slice(end, match.index) })
    end = match.index + match[0].length
    const inside = match[1] as string
    if (['*', '?', '$'].includes(inside)) parts.push({ literal: inside })
    else {
      const [, key, fallback] = /^\s*([^,]*?)\s*(?:,\s*'(.*)'\s*)?$/.exec(inside) ?? []
      parts.push({ key: (key ?? inside).toLowerCase(), fallback })
    }
  }
  if (end < text.length || parts.length === 0) parts.push({ text: text.slice(end) })
  return parts
}

/** Fills in the variables; what they stand for is literal (AUTHZ-27). */
function fill(parts: readonly Part[], values: ConditionValues): PolicyValue | undefined {
  let text = ''
  const pattern: Pattern[number][] = []
  for (const part of parts) {
    if ('text' in part) {
      text += part.text
      pattern.push(...parsePattern(part.text))
      continue
    }
    const found = 'literal' in part ? part.literal : (values(part.key)?.[0] ?? part.fallback)
    if (found === undefined) return undefined
    text += found
    pattern.push(...literal(found))
  }
  return { text, pattern }
}

/** A pattern for ARNs with policy variables, such as the `Resource` of an identity policy. */
export function arnTemplateMatcher(text: string): (arn: string, values: ConditionValues) => boolean {
  const parts = templateOf(text)
  return (arn, values) => {
    const value = fill(parts, values)
    return value !== undefined && (value.text === '*' || arnLike(value)(arn))
  }
}

function textsOf(values: unknown, place: string): string[] {
  const list = Array.isArray(values) ? values : [values]
  if (!list.every((value) => ['string', 'number', 'boolean'].includes(typeof value)))
    throw malformed(place, 'must be a value or a list of values')
  return list.map(String)
}
