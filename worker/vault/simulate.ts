/** The simulator (AUTHZ-87): the evaluator of real requests, asked about one that nobody makes. */
import type { Simulation } from '../../src/contract/control.js'
import { ValidationException } from '../../src/contract/errors.js'
import type { Realm } from '../../src/contract/identifiers.js'
import { operations } from '../../src/contract/model.js'
import {
  eitherOf,
  json,
  listOf,
  mapOf,
  type Reader,
  read,
  shown,
  text,
  unreadableValue,
} from '../../src/contract/reader.js'
import type { EncryptionContext, OperationName } from '../../src/contract/shapes.js'
import type { Caller } from '../authorization/caller.js'
import type { Claim, Right } from '../authorization/claim.js'
import { decide } from '../authorization/decide.js'
import { withoutCase } from '../authorization/letter-case.js'
import { keyByAnyIdentifier } from '../pipeline/targets.js'
import type { VaultReader } from '../storage/reader.js'

/** The Region of a vault that is asked about. */
export interface SimulatedRegion {
  readonly realm: Realm
  readonly store: { readonly stored: VaultReader }
  readonly quotas: Claim['quotas']
}

/** As it came: any of it may be anything. */
export interface SimulatedQuestion {
  /** Such as `kms:Encrypt`. */
  readonly action: unknown
  /** A key in any of its four forms, an alias ARN for actions on aliases, or `*`. */
  readonly resource: unknown
  /** Values of condition keys by their names. */
  readonly context: unknown
}

const ALIAS_ACTIONS = ['kms:CreateAlias', 'kms:UpdateAlias', 'kms:DeleteAlias']
const CONSTRAINTS = ['EncryptionContextEquals', 'EncryptionContextSubset']
const CONTEXT_PAIR = 'kms:encryptioncontext:'

const name = text({ longest: 2_048 })
/** As much as a request with the largest encryption context says. */
const boundedContext = json({ longest: 65_536, mostValues: 2_000 })
const value: Reader<string | number | boolean> = (given, path) => {
  if (typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean') return given
  throw unreadableValue(path, 'must be a text, a number, true or false, or a list of these')
}
const contextValues = mapOf(eitherOf(listOf(value, { most: 2_000 }), value), { most: 2_000, longestName: 65_536 })

/**
 * Answers what would be decided about a request.
 *
 * @throws {@link ValidationException} for a question that makes no sense
 * @throws NotFoundException if the resource is a key that does not exist
 */
export async function simulate(
  { realm, store, quotas }: SimulatedRegion,
  caller: Caller,
  question: SimulatedQuestion,
  now: number,
): Promise<Simulation> {
  if (typeof question.action !== 'string' || typeof question.resource !== 'string')
    throw new ValidationException("simulate needs an action, such as 'kms:Encrypt', and a resource: a key, or '*'.")
  const action = read(name, question.action, 'action')
  const resource = read(name, question.resource, 'resource')
  const operation = /^kms:ReEncrypt(?:From|To)$/.test(action) ? 'ReEncrypt' : action.replace(/^kms:/, '')
  if (!Object.hasOwn(operations, operation))
    throw new ValidationException(`'${shown(action)}' is no action of AWS KMS. Actions look like kms:Encrypt.`)
  const { given, pairs } = readContext(question.context)
  const claim = {
    operation: operation as OperationName,
    input: inputOf(resource, given, pairs),
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

interface Context {
  /** By names in lower case. */
  readonly given: ReadonlyMap<string, readonly string[]>
  /** The encryption context: grants look at itself, and not at condition keys. */
  readonly pairs: EncryptionContext
}

function readContext(context: unknown = {}): Context {
  const given = new Map<string, string[]>()
  const pairs: [string, string][] = []
  const entries = Object.entries(read(contextValues, read(boundedContext, context, 'context'), 'context'))
  for (const [name, value] of entries) {
    const values = [value].flat().map(String)
    const key = withoutCase(name)
    // In two spellings it says both, as two pairs of an encryption context do.
    given.set(key, [...(given.get(key) ?? []), ...values])
    if (!key.startsWith(CONTEXT_PAIR)) continue
    if (values.length > 1) throw new ValidationException(`context['${shown(name)}'] is a pair, which has one value.`)
    pairs.push(...values.map((only): [string, string] => [name.slice(CONTEXT_PAIR.length), only]))
  }
  return { given, pairs: Object.fromEntries(pairs) }
}

/** The parameters by which a request would have said so; ReEncrypt says it of each side, CreateGrant of its constraint. */
function inputOf(KeyId: string, given: Context['given'], EncryptionContext: EncryptionContext): object {
  const side = (prefix: string) => ({ [`${prefix}KeyId`]: KeyId, [`${prefix}EncryptionContext`]: EncryptionContext })
  const [constraint = ''] = given.get('kms:grantconstrainttype') ?? []
  return {
    ...side(''),
    ...side('Source'),
    ...side('Destination'),
    Operations: given.get('kms:grantoperations') ?? [],
    ...(CONSTRAINTS.includes(constraint) && { Constraints: { [constraint]: EncryptionContext } }),
  }
}
