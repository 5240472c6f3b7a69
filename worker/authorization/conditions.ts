/**
 * Conditions of policy statements (AUTHZ-20 to AUTHZ-30): compiled once, evaluated for each request.
 *
 * What a condition says may be nothing: a variable that this request does not resolve, a date that is none, a key that
 * AWS KMS does not know. Then an Allow does not apply and a Deny does, whatever the operator: a mistake never allows.
 */
import { MalformedPolicyDocumentException } from '../../src/contract/errors.js'
import { shown } from '../../src/contract/reader.js'
import { withoutCase } from './letter-case.js'
import { isObject, malformed } from './malformed.js'
import { booleanOf, type Operator, operators, type Test } from './operators.js'
import { kmsConditionKeyFamilies, kmsConditionKeys, multiValuedConditionKeys } from './permissions.js'
import type { Condition, ConditionValues, Effect } from './policy.js'
import { withoutPath } from './principals.js'
import { templateOf } from './template.js'

/** Says that a key has more aliases than its quota allows. */
export const ALIASES_OVER_QUOTA = 'vault:aliases over quota'
/** Says that the caller is a session, whose ARN does not tell the path of its role. */
export const IS_SESSION = 'vault:is session'

/** Keys for which `ForAllValues` would let requests without them pass (AUTHZ-25). */
const OVERLY_PERMISSIVE = [
  ['kms:encryptioncontext:', 'encryption context'],
  ['aws:requesttag/', 'tag'],
] as const

/** How the statement is read that a condition belongs to. */
export interface ConditionReading {
  readonly effect: Effect
  /** Documents of version 2012-10-17 do (AUTHZ-27). */
  readonly resolvesVariables: boolean
  /** Told what no new policy may have, and older ones can. */
  readonly refuse: (error: MalformedPolicyDocumentException) => void
}

/**
 * Compiles the `Condition` element of a statement.
 *
 * @throws {@link MalformedPolicyDocumentException} with the place of the mistake
 */
export function compileConditions(element: unknown, place: string, reading: ConditionReading): Condition[] {
  if (!isObject(element)) throw malformed(place, 'must be an object')
  return Object.entries(element).flatMap(([operator, keys]) => {
    if (!isObject(keys)) throw malformed(`${place}.${shown(operator)}`, 'must be an object')
    return Object.entries(keys).map(([key, values]) => {
      const name = `${place}.${shown(operator)}.${shown(key)}`
      return compileCondition(operator, withoutCase(key), textsOf(values, name), name, reading)
    })
  })
}

function compileCondition(
  name: string,
  key: string,
  texts: readonly string[],
  place: string,
  reading: ConditionReading,
): Condition {
  const match = /^(?:(forallvalues|foranyvalue):)?(.+?)(ifexists)?$/.exec(withoutCase(name))
  const [, set, base = '', ifExists] = match ?? []
  const isNull = base === 'null' && !set && !ifExists
  const operator = operators.get(base)
  if (!isNull && !operator) throw malformed(place, `has no condition operator ${shown(name)}`)
  if (set === 'forallvalues')
    for (const [prefix, what] of OVERLY_PERMISSIVE)
      if (key.startsWith(prefix))
        throw new MalformedPolicyDocumentException(
          `OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches requests without the specified ${what} or with an unspecified ${what}. To fix, remove ForAllValues.`,
        )
  if (!key.includes(':'))
    reading.refuse(malformed(place, 'is no condition key: they begin with their service, such as kms:'))
  const holdsForDeny: Condition = { keys: [], holds: () => reading.effect === 'Deny' }
  if (!isKnown(key) || texts.length === 0) return holdsForDeny
  if (operator) return withOperator(operator, set, ifExists !== undefined, key, texts, reading) ?? holdsForDeny
  const wanted = texts.map(booleanOf)
  return wanted.includes(undefined)
    ? holdsForDeny
    : { keys: [key], holds: (values) => wanted.includes(isAbsent(values(key))) }
}

/** Of the keys of AWS KMS we know all; those of others may be about anything. */
function isKnown(key: string): boolean {
  if (!key.startsWith('kms:')) return /^[\w.-]+:./s.test(key)
  return (
    kmsConditionKeys.includes(key) ||
    kmsConditionKeyFamilies.some((family) => key.startsWith(family) && key.length > family.length)
  )
}

/** @returns undefined if a value means nothing to the operator */
function withOperator(
  operator: Operator,
  set: string | undefined,
  ifExists: boolean,
  key: string,
  texts: readonly string[],
  { effect, resolvesVariables }: ConditionReading,
): Condition | undefined {
  const wanted = texts.map((text) => compileValue(text, key, operator, resolvesVariables))
  if (wanted.includes(undefined)) return undefined
  const operands = wanted.filter((operand) => operand !== undefined)
  const isDeny = effect === 'Deny'
  const holdsWhenAbsent = set === undefined ? ifExists || operator.negated : set === 'forallvalues'
  const isMultiValued = multiValuedConditionKeys.includes(key)
  return {
    keys: [key, ...operands.flatMap(({ variables }) => variables)],
    holds(values) {
      const tests = operands.map(({ testFor }) => testFor(values))
      if (tests.includes(undefined)) return isDeny
      // Too many aliases to be trusted (AUTHZ-63).
      if (!isDeny && key === 'kms:resourcealiases' && values(ALIASES_OVER_QUOTA)) return false
      const found = values(key)
      if (isAbsent(found)) return holdsWhenAbsent
      const holdsFor = (value: string) => tests.some((test) => test?.(value)) !== operator.negated
      if (set === 'foranyvalue') return found.some(holdsFor)
      if (set === 'forallvalues') return found.every(holdsFor)
      // Without a set operator several values fit nothing (AUTHZ-24); but a Deny was meant to deny.
      if (isMultiValued) return isDeny && found.some(holdsFor)
      // One key in several spellings: an Allow needs all their values to fit, a Deny any (AUTHZ-47).
      return isDeny ? found.some(holdsFor) : found.every(holdsFor)
    },
  }
}

function isAbsent(found: readonly string[] | undefined): found is undefined {
  return found === undefined || found.length === 0
}

interface Operand {
  readonly variables: readonly string[]
  /** @returns undefined if a variable cannot be resolved */
  readonly testFor: (values: ConditionValues) => Test | undefined
}

/** @returns undefined for a value that means nothing to the operator */
function compileValue(text: string, key: string, operator: Operator, resolvesVariables: boolean): Operand | undefined {
  const { variables, constant, fill } = templateOf(text, resolvesVariables ? operator.variables : 'nowhere')
  if (!constant)
    return {
      variables,
      testFor(values) {
        const value = fill(values)
        return value && operator.test(value)
      },
    }
  const test = operator.test(constant)
  if (!test) return undefined
  // A session does not tell the path of its role, by which the policy can name it.
  const roleArn = key === 'aws:principalarn' ? withoutPath(constant.text) : undefined
  if (roleArn === undefined) return { variables, testFor: () => test }
  const testOfRole = (requested: string) => requested === roleArn || test(requested)
  return { variables, testFor: (values) => (values(IS_SESSION) ? testOfRole : test) }
}

function textsOf(values: unknown, place: string): string[] {
  const list = Array.isArray(values) ? values : [values]
  if (!list.every((value) => ['string', 'number', 'boolean'].includes(typeof value)))
    throw malformed(place, 'must be a value or a list of values')
  return list.map(String)
}
