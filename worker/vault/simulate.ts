/** The simulator (AUTHZ-87): the evaluator of real requests, asked about one that nobody makes. */
import type { Simulation } from '../../src/contract/control.js'
import { ValidationException } from '../../src/contract/errors.js'
import type { Realm } from '../../src/contract/identifiers.js'
import { operations } from '../../src/contract/model.js'
import type { OperationName } from '../../src/contract/shapes.js'
import type { Caller } from '../authorization/caller.js'
import type { Claim, Right } from '../authorization/claim.js'
import { decide } from '../authorization/decide.js'
import { keyByAnyIdentifier } from '../pipeline/targets.js'
import type { VaultReader } from '../storage/reader.js'

/** The Region of a vault that is asked about. */
export interface SimulatedRegion {
  readonly realm: Realm
  readonly store: { readonly stored: VaultReader }
  readonly quotas: Claim['quotas']
}

export interface SimulatedQuestion {
  /** Such as `kms:Encrypt`. */
  readonly action: unknown
  /** A key in any of its four forms, an alias ARN for actions on aliases, or `*`. */
  readonly resource: unknown
  /** Values of condition keys by their names. */
  readonly context: unknown
}

const ALIAS_ACTIONS = ['kms:CreateAlias', 'kms:UpdateAlias', 'kms:DeleteAlias']

/**
 * Answers what would be decided about a request.
 *
 * @throws {@link ValidationException} for a question that makes no sense
 * @throws NotFoundException if the resource is a key that does not exist
 */
export async function simulate(
  { realm, store, quotas }: SimulatedRegion,
  caller: Caller,
  { action, resource, context = {} }: SimulatedQuestion,
  now: number,
): Promise<Simulation> {
  if (typeof action !== 'string' || typeof resource !== 'string')
    throw new ValidationException("simulate needs an action, such as 'kms:Encrypt', and a resource: a key, or '*'.")
  const operation = /^kms:ReEncrypt(?:From|To)$/.test(action) ? 'ReEncrypt' : action.replace(/^kms:/, '')
  if (!Object.hasOwn(operations, operation))
    throw new ValidationException(`'${action}' is no action of AWS KMS. Actions look like kms:Encrypt.`)
  const given = givenValues(context)
  const claim = {
    operation: operation as OperationName,
    input: { EncryptionContext: encryptionContextIn(context), KeyId: resource },
    caller,
    realm,
    now,
    quotas,
    given,
  }
  const isWhole = resource === '*' || (ALIAS_ACTIONS.includes(action) && /:alias\//.test(resource))
  const right: Right = isWhole ? { action, resource } : await rightToKey(action, resource, { realm, caller }, store)
  const { decision, matched } = await decide(claim, right, store.stored)
  return { decision, matched }
}

async function rightToKey(
  action: string,
  resource: string,
  named: Parameters<typeof keyByAnyIdentifier>[0],
  store: SimulatedRegion['store'],
): Promise<Right> {
  const { key, arn } = await keyByAnyIdentifier(named, store.stored, resource)
  return { action, resource: arn, key }
}

function givenValues(context: unknown): ReadonlyMap<string, readonly string[]> {
  if (typeof context !== 'object' || context === null || Array.isArray(context))
    throw new ValidationException('context must be a map of condition keys and their values.')
  const entries = Object.entries(context).map(([name, value]): [string, readonly string[]] => [
    name.toLowerCase(),
    (Array.isArray(value) ? value : [value]).map(String),
  ])
  return new Map(entries)
}

/** Grant constraints look at the encryption context itself. */
function encryptionContextIn(context: unknown): Record<string, string> {
  const prefix = 'kms:EncryptionContext:'
  const entries = Object.entries(context as Record<string, unknown>)
    .filter(([name]) => name.toLowerCase().startsWith(prefix.toLowerCase()))
    .map(([name, value]) => [name.slice(prefix.length), String(Array.isArray(value) ? value[0] : value)])
  return Object.fromEntries(entries)
}
