import { LimitExceededException, MalformedPolicyDocumentException } from '../../src/contract/errors.js'
import { type Realm, rootArn } from '../../src/contract/identifiers.js'
import type { Quotas } from '../quotas.js'
import type { KeyRecord } from '../storage/schema.js'

const VERSIONS = ['2012-10-17', '2008-10-17']
const encoder = new TextEncoder()

/** The key policy that the API attaches where none is given (MGT-24). */
export function defaultKeyPolicy(realm: Realm): string {
  return JSON.stringify(
    {
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: rootArn(realm) },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    },
    undefined,
    2,
  )
}

/** The key policy of a key as text. */
export function policyOf(realm: Realm, { policy }: Pick<KeyRecord, 'policy'>): string {
  return policy ?? defaultKeyPolicy(realm)
}

/** How a policy is kept in a key's record: the default one not at all, it would be repeated for every key. */
export function storedPolicy(realm: Realm, policy: string | undefined): { readonly policy?: string } {
  return policy === undefined || policy === defaultKeyPolicy(realm) ? {} : { policy }
}

/**
 * Checks size and form of a key policy (POL-7 to POL-10). What it means is not looked at.
 *
 * @throws {@link LimitExceededException} beyond the quota of UTF-8 bytes
 * @throws {@link MalformedPolicyDocumentException} with the place of the mistake
 */
export function checkPolicyDocument(text: string, { keyPolicyBytes }: Quotas): void {
  const size = encoder.encode(text).byteLength
  if (size > keyPolicyBytes)
    throw new LimitExceededException(`The key policy has ${size} bytes; it can have ${keyPolicyBytes}.`)
  const policy = parse(text)
  const { Version, Id, Statement } = policy
  if (!VERSIONS.includes(Version as string)) malformed('Version', `must be one of ${VERSIONS.join(', ')}`)
  if (Id !== undefined && typeof Id !== 'string') malformed('Id', 'must be a string')
  const statements = Array.isArray(Statement) ? Statement : [Statement]
  if (statements.length === 0) malformed('Statement', 'must hold at least one statement')
  for (const [index, statement] of statements.entries()) checkStatement(statement, `Statement[${index}]`)
}

const STATEMENT_ELEMENTS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]

function checkStatement(statement: unknown, place: string): void {
  if (!isObject(statement)) malformed(place, 'must be an object')
  for (const element of Object.keys(statement))
    if (!STATEMENT_ELEMENTS.includes(element)) malformed(`${place}.${element}`, 'is not an element of a statement')
  const { Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition } = statement
  if (Sid !== undefined && typeof Sid !== 'string') malformed(`${place}.Sid`, 'must be a string')
  if (Effect !== 'Allow' && Effect !== 'Deny') malformed(`${place}.Effect`, 'must be Allow or Deny')
  if ((Principal === undefined) === (NotPrincipal === undefined))
    malformed(`${place}.Principal`, 'must be given, or NotPrincipal, but not both')
  checkPrincipal(Principal ?? NotPrincipal, `${place}.${Principal === undefined ? 'NotPrincipal' : 'Principal'}`)
  checkTexts(Action, `${place}.Action`)
  checkTexts(NotAction, `${place}.NotAction`)
  checkTexts(Resource, `${place}.Resource`)
  checkTexts(NotResource, `${place}.NotResource`)
  if (Condition !== undefined) checkCondition(Condition, `${place}.Condition`)
}

function checkPrincipal(principal: unknown, place: string): void {
  if (principal === '*') return
  if (!isObject(principal) || Object.keys(principal).length === 0) malformed(place, 'must be "*" or an object')
  for (const [kind, names] of Object.entries(principal)) {
    if (!['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(kind))
      malformed(`${place}.${kind}`, 'is not a kind of principal')
    checkTexts(names, `${place}.${kind}`)
  }
}

function checkCondition(condition: unknown, place: string): void {
  if (!isObject(condition)) malformed(place, 'must be an object')
  for (const [operator, keys] of Object.entries(condition)) {
    if (!isObject(keys)) malformed(`${place}.${operator}`, 'must be an object')
    for (const [key, values] of Object.entries(keys)) {
      const scalar = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value)
      if (!(Array.isArray(values) ? values.every(scalar) : scalar(values)))
        malformed(`${place}.${operator}.${key}`, 'must be a value or a list of values')
    }
  }
}

/** A text or a non-empty list of texts; a statement may also lack the element, and has no effect then (POL-9). */
function checkTexts(value: unknown, place: string): void {
  if (value === undefined || typeof value === 'string') return
  if (!Array.isArray(value) || value.length === 0 || !value.every((entry) => typeof entry === 'string'))
    malformed(place, 'must be a string or a list of strings')
}

function parse(text: string): Record<string, unknown> {
  let policy: unknown
  try {
    policy = JSON.parse(text)
  } catch (error) {
    throw new MalformedPolicyDocumentException(`The policy is not JSON: ${(error as SyntaxError).message}`)
  }
  if (!isObject(policy)) throw new MalformedPolicyDocumentException('The policy must be a JSON object.')
  for (const element of Object.keys(policy))
    if (!['Version', 'Id', 'Statement'].includes(element)) malformed(element, 'is not an element of a policy')
  return policy
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(place: string, rule: string): never {
  throw new MalformedPolicyDocumentException(`The policy is malformed: ${place} ${rule}.`)
}
