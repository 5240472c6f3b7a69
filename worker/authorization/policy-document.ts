/** Policy documents: what they must look like (POL-7 to POL-11), and what they are compiled to, once for each version. */
import { encoder } from '../../src/contract/bytes.js'
import { LimitExceededException, MalformedPolicyDocumentException } from '../../src/contract/errors.js'
import { shown } from '../../src/contract/reader.js'
import { compileActions } from './actions.js'
import { compileConditions } from './conditions.js'
import { CURRENT_VERSION } from './default-policy.js'
import { isObject, malformed } from './malformed.js'
import type { Policy, Statement } from './policy.js'
import { compilePrincipals } from './principal-matcher.js'
import { compileResources } from './resources.js'

const OLDER_VERSION = '2008-10-17'
const VERSIONS = [CURRENT_VERSION, OLDER_VERSION]

/**
 * Checks size and form of a key policy that is to be set.
 *
 * @throws {@link LimitExceededException} beyond the quota of UTF-8 bytes
 * @throws {@link MalformedPolicyDocumentException} with the place of the mistake
 */
export function checkKeyPolicy(text: string, { keyPolicyBytes }: { readonly keyPolicyBytes: number }): void {
  const size = encoder.encode(text).byteLength
  if (size > keyPolicyBytes)
    throw new LimitExceededException(`The key policy has ${size} bytes; it can have ${keyPolicyBytes}.`)
  compile(parse(text), { kind: 'key', refuse })
}

/** Compiled key policies by their text. Most keys have the same few. */
const compiled = new Map<string, Policy>()
const MOST_COMPILED = 256

/**
 * A key policy, compiled once for each text. What is refused today may be in one that was stored before, and its key must
 * stay usable: it is compiled to what never allows more.
 *
 * @throws {@link MalformedPolicyDocumentException}
 */
export function keyPolicy(text: string): Policy {
  let policy = compiled.get(text)
  if (!policy) {
    policy = compile(parse(text), { kind: 'key', refuse: () => {} })
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
  return compile(typeof document === 'string' ? parse(document) : document, { kind: 'identity', refuse })
}

/** How a document is read. */
interface DocumentReading {
  readonly kind: 'key' | 'identity'
  /** Told what no new policy may have, and older ones can. */
  readonly refuse: (error: MalformedPolicyDocumentException) => void
}

function refuse(error: MalformedPolicyDocumentException): never {
  throw error
}

/** Elements of statements (POL-8, POL-40). */
const ELEMENTS = {
  key: ['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition'],
  identity: ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'],
} as const
const UNSUPPORTED = ['NotPrincipal', 'NotAction', 'NotResource']

function compile(document: unknown, reading: DocumentReading): Policy {
  if (!isObject(document)) throw new MalformedPolicyDocumentException('The policy must be a JSON object.')
  for (const element of Object.keys(document))
    if (!['Version', 'Id', 'Statement'].includes(element))
      throw malformed(shown(element), 'is not an element of a policy')
  const { Id, Statement } = document
  // An identity policy can do without: it is one of the older version then.
  const Version = document.Version === undefined && reading.kind === 'identity' ? OLDER_VERSION : document.Version
  if (!VERSIONS.includes(Version as string)) throw malformed('Version', `must be one of ${VERSIONS.join(', ')}`)
  if (Id !== undefined && typeof Id !== 'string') throw malformed('Id', 'must be a string')
  const elements = Array.isArray(Statement) ? Statement : [Statement]
  if (elements.length === 0) throw malformed('Statement', 'must hold at least one statement')
  const resolvesVariables = Version === CURRENT_VERSION
  const statements = elements.flatMap((element, index) =>
    compileStatement(element, `Statement[${index}]`, { ...reading, resolvesVariables }),
  )
  const conditionKeys = new Set(
    statements.flatMap(({ resources, conditions }) => [resources, ...conditions].flatMap(({ keys }) => keys)),
  )
  return { statements, conditionKeys }
}

interface StatementReading extends DocumentReading {
  readonly resolvesVariables: boolean
}

/** @returns nothing for a statement without effect: one of a key policy without `Action` or `Resource` (POL-9) */
function compileStatement(element: unknown, place: string, reading: StatementReading): Statement[] {
  if (!isObject(element)) throw malformed(place, 'must be an object')
  const isKeyPolicy = reading.kind === 'key'
  const known: readonly string[] = ELEMENTS[reading.kind]
  for (const name of Object.keys(element)) {
    if (known.includes(name) || name === 'Principal') continue
    if (isKeyPolicy && UNSUPPORTED.includes(name))
      throw malformed(`${place}.${name}`, 'is not supported: say what is meant instead')
    throw malformed(`${place}.${shown(name)}`, 'is not an element of a statement')
  }
  const { Sid, Effect, Principal, Condition } = element
  if (Sid !== undefined && typeof Sid !== 'string') throw malformed(`${place}.Sid`, 'must be a string')
  if (Effect !== 'Allow' && Effect !== 'Deny') throw malformed(`${place}.Effect`, 'must be Allow or Deny')
  if (isKeyPolicy === (Principal === undefined))
    throw malformed(`${place}.Principal`, isKeyPolicy ? 'must be given' : 'has no place in an identity policy')
  const principals = isKeyPolicy ? compilePrincipals(Principal, `${place}.Principal`) : undefined
  const actions = listed(element, 'Action', place, isKeyPolicy)
  const resources = listed(element, 'Resource', place, isKeyPolicy)
  const within = { ...reading, effect: Effect } as const
  const includesAction = compileActions(actions.texts, actions.place, { ...within, ...actions })
  const conditions = Condition === undefined ? [] : compileConditions(Condition, `${place}.Condition`, within)
  if (actions.texts.length === 0 || resources.texts.length === 0) return []
  return [
    {
      sid: Sid,
      effect: Effect,
      ...(principals && { principals }),
      includesAction,
      resources: compileResources(resources.texts, { ...within, ...resources }),
      conditions,
    },
  ]
}

interface Listed {
  readonly texts: readonly string[]
  readonly place: string
  /** All but these are meant. */
  readonly isExcept: boolean
}

/** What a statement lists, or what it excepts; a key policy may lack it. */
function listed(
  element: Readonly<Record<string, unknown>>,
  name: 'Action' | 'Resource',
  place: string,
  isKeyPolicy: boolean,
): Listed {
  const except = `Not${name}`
  const isExcept = element[except] !== undefined
  if (isExcept && element[name] !== undefined) throw malformed(place, `has both ${name} and ${except}`)
  if (!isKeyPolicy && !isExcept && element[name] === undefined) throw malformed(place, `must have ${name} or ${except}`)
  const own = isExcept ? except : name
  return { texts: textsOf(element[own], `${place}.${own}`), place: `${place}.${own}`, isExcept }
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
