/** Policy documents: what they must look like (POL-7 to POL-11), and what they are compiled to, once for each version. */
import { encoder } from '../../src/contract/bytes.js'
import { LimitExceededException, MalformedPolicyDocumentException } from '../../src/contract/errors.js'
import { arnTemplateMatcher, compileConditions } from './conditions.js'
import { CURRENT_VERSION } from './default-policy.js'
import { isObject, malformed } from './malformed.js'
import { arnMatcherOf, matcherOf } from './patterns.js'
import type { Policy, Statement } from './policy.js'
import { compilePrincipals } from './principal-matcher.js'

const VERSIONS = [CURRENT_VERSION, '2008-10-17']

/**
 * Checks size and form of a key policy.
 *
 * @throws {@link LimitExceededException} beyond the quota of UTF-8 bytes
 * @throws {@link MalformedPolicyDocumentException} with the place of the mistake
 */
export function checkKeyPolicy(text: string, { keyPolicyBytes }: { readonly keyPolicyBytes: number }): void {
  const size = encoder.encode(text).byteLength
  if (size > keyPolicyBytes)
    throw new LimitExceededException(`The key policy has ${size} bytes; it can have ${keyPolicyBytes}.`)
  keyPolicy(text)
}

/** Compiled key policies by their text. Most keys have the same few. */
const compiled = new Map<string, Policy>()
const MOST_COMPILED = 256

/**
 * A key policy, compiled once for each text.
 *
 * @throws {@link MalformedPolicyDocumentException}
 */
export function keyPolicy(text: string): Policy {
  let policy = compiled.get(text)
  if (!policy) {
    policy = compile(parse(text), true)
    if (compiled.size >= MOST_COMPILED) compiled.clear()
    compiled.set(text, policy)
  }
  return policy
}

/**
 * An identity policy, as an object or as text.
 *
 * @throws {@link MalformedPolicyDocumentException}
 */
export function identityPolicy(document: unknown): Policy {
  return compile(typeof document === 'string' ? parse(document) : document, false)
}

const ELEMENTS = ['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition']
const UNSUPPORTED = ['NotPrincipal', 'NotAction', 'NotResource']

function compile(document: unknown, isKeyPolicy: boolean): Policy {
  if (!isObject(document)) throw new MalformedPolicyDocumentException('The policy must be a JSON object.')
  for (const element of Object.keys(document))
    if (!['Version', 'Id', 'Statement'].includes(element)) throw malformed(element, 'is not an element of a policy')
  const { Version, Id, Statement } = document
  if (!VERSIONS.includes(Version as string)) throw malformed('Version', `must be one of ${VERSIONS.join(', ')}`)
  if (Id !== undefined && typeof Id !== 'string') throw malformed('Id', 'must be a string')
  const elements = Array.isArray(Statement) ? Statement : [Statement]
  if (elements.length === 0) throw malformed('Statement', 'must hold at least one statement')
  const resolvesVariables = Version === CURRENT_VERSION
  const statements = elements.flatMap((element, index) =>
    compileStatement(element, `Statement[${index}]`, isKeyPolicy, resolvesVariables),
  )
  const conditionKeys = new Set(
    statements.flatMap(({ conditions }) => conditions.flatMap(({ key, variables }) => [key, ...variables])),
  )
  return { statements, conditionKeys }
}

/** @returns nothing for a statement without effect: one without `Action` or `Resource` (POL-9) */
function compileStatement(
  element: unknown,
  place: string,
  isKeyPolicy: boolean,
  resolvesVariables: boolean,
): Statement[] {
  if (!isObject(element)) throw malformed(place, 'must be an object')
  for (const name of Object.keys(element)) {
    if (UNSUPPORTED.includes(name)) throw malformed(`${place}.${name}`, 'is not supported: say what is meant instead')
    if (!ELEMENTS.includes(name)) throw malformed(`${place}.${name}`, 'is not an element of a statement')
  }
  const { Sid, Effect, Principal, Action, Resource, Condition } = element
  if (Sid !== undefined && typeof Sid !== 'string') throw malformed(`${place}.Sid`, 'must be a string')
  if (Effect !== 'Allow' && Effect !== 'Deny') throw malformed(`${place}.Effect`, 'must be Allow or Deny')
  if (isKeyPolicy === (Principal === undefined))
    throw malformed(`${place}.Principal`, isKeyPolicy ? 'must be given' : 'has no place in an identity policy')
  const principals = isKeyPolicy ? compilePrincipals(Principal, `${place}.Principal`) : undefined
  const actions = textsOf(Action, `${place}.Action`)
  const resources = textsOf(Resource, `${place}.Resource`)
  const conditions =
    Condition === undefined ? [] : compileConditions(Condition, `${place}.Condition`, resolvesVariables)
  if (actions.length === 0 || resources.length === 0) return []
  const actionMatchers = actions.map((action) => matcherOf(action.toLowerCase()))
  const resourceMatchers = resources.map((resource) =>
    resolvesVariables && resource.includes('${') ? arnTemplateMatcher(resource) : arnMatcherOf(resource),
  )
  return [
    {
      sid: Sid,
      effect: Effect,
      ...(principals && { principals }),
      matchesAction: (action) => actionMatchers.some((matches) => matches(action)),
      matchesResource: (arn, values) => resourceMatchers.some((matches) => matches(arn, values)),
      conditions,
    },
  ]
}

/** A text or a non-empty list of texts; none if the element is missing. */
function textsOf(value: unknown, place: string): readonly string[] {
  if (value === undefined) return []
  if (typeof value === 'string') return [value]
  if (!Array.isArray(value) || value.length === 0 || !value.every((entry) => typeof entry === 'string'))
    throw malformed(place, 'must be a string or a list of strings')
  return value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new MalformedPolicyDocumentException(`The policy is not JSON: ${(error as SyntaxError).message}`)
  }
}
