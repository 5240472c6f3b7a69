import { NotFoundException } from '../../src/contract/errors.js'
import {
  type AliasName,
  aliasArn,
  type KeyId,
  keyArn,
  parseKeyIdOrArn,
  parseKeyReference,
  type Realm,
} from '../../src/contract/identifiers.js'
import type { VaultReader } from '../storage/reader.js'
import type { AliasRecord, KeyRecord } from '../storage/schema.js'
import type { Request, Target } from './row.js'

/**
 * What a request names does not exist. Whether its sender may learn that is decided before it is told: see `pipeline.ts`.
 */
export class Unfound extends NotFoundException {
  /** As the request named it. */
  readonly arn: string
  readonly role: Target['role']
  /** Keys that were found before it. */
  readonly before: readonly Target[]

  constructor(message: string, arn: string, role: Target['role'], before: readonly Target[] = []) {
    super(message)
    this.arn = arn
    this.role = role
    this.before = before
  }

  /** The same, after others were found. */
  after(before: readonly Target[]): Unfound {
    return new Unfound(this.message, this.arn, this.role, before)
  }
}

/**
 * What is wrong with a request becomes known only when some of its keys have been found. It is told to whom those may be
 * told of: see `pipeline.ts`.
 */
export class FoundBefore extends Error {
  readonly before: readonly Target[]
  readonly told: unknown

  constructor(before: readonly Target[], told: unknown) {
    super('some keys were found before it')
    this.before = before
    this.told = told
  }
}

type Named = Pick<Request<never>, 'realm' | 'caller'>
type NamedByKeyId = Named & { readonly input: { readonly KeyId: string } }

/** The one target of an operation that takes any identifier in `KeyId`. */
export async function byAnyIdentifier(request: NamedByKeyId, reader: VaultReader): Promise<readonly Target[]> {
  return [await keyByAnyIdentifier(request, reader, request.input.KeyId)]
}

/** The one target of an operation that takes a key id or key ARN in `KeyId`. */
export async function byKeyIdOrArn(request: NamedByKeyId, reader: VaultReader): Promise<readonly Target[]> {
  return [await keyByIdOrArn(request, reader, request.input.KeyId)]
}

/** The key of an operation with one target. */
export function onlyKey([target]: readonly Target[]): KeyRecord {
  if (!target) throw new TypeError('the operation has no target')
  return target.key
}

/**
 * The key that any of the four identifier forms names (MGT-12).
 *
 * @throws NotFoundException, InvalidArnException (MGT-15)
 */
export async function keyByAnyIdentifier(
  named: Named,
  reader: VaultReader,
  identifier: string,
  role: Target['role'] = 'key',
): Promise<Target> {
  const reference = parseKeyReference(realmOf(named, identifier), identifier)
  if (reference.kind === 'keyId') return existingKey(named, reader, reference.keyId, role)
  return keyOfAlias(named, reader, reference.aliasName, role)
}

/**
 * The key that a key id or key ARN names, where AWS takes no alias.
 *
 * @throws NotFoundException, InvalidArnException (MGT-15)
 */
export async function keyByIdOrArn(named: Named, reader: VaultReader, identifier: string): Promise<Target> {
  return existingKey(named, reader, parseKeyIdOrArn(realmOf(named, identifier), identifier).keyId)
}

/**
 * Where an identifier leads: a caller of another account means its own account by a bare id or alias name, and that has
 * no keys here (AUTHZ-10, step 1).
 *
 * @throws NotFoundException
 */
function realmOf({ realm, caller }: Named, identifier: string): Realm {
  if (caller.accountId === realm.accountId || identifier.startsWith('arn:')) return realm
  const { arn, kind } = parseKeyReference({ ...realm, accountId: caller.accountId }, identifier)
  throw new NotFoundException(kind === 'alias' ? `Alias ${arn} is not found.` : `Key '${arn}' does not exist`)
}

/** @throws {@link Unfound} */
export async function existingKey(
  { realm }: Named,
  reader: VaultReader,
  keyId: KeyId,
  role: Target['role'] = 'key',
): Promise<Target> {
  const arn = keyArn(realm, keyId)
  const found = reader.key(keyId)
  // A key in the cache is answered without another turn of the microtask queue.
  const key = found instanceof Promise ? await found : found
  if (!key) throw new Unfound(`Key '${arn}' does not exist`, arn, role)
  return { role, key, arn }
}

/**
 * The key that an alias names.
 *
 * @throws {@link Unfound}
 */
export async function keyOfAlias(
  named: Named,
  reader: VaultReader,
  aliasName: AliasName,
  role: Target['role'] = 'key',
): Promise<Target> {
  const { realm } = named
  const { targetKeyId } = await existingAlias(realm, reader, aliasName, role)
  try {
    return { ...(await existingKey(named, reader, targetKeyId, role)), named: aliasArn(realm, aliasName) }
  } catch (error) {
    // The alias of a key whose deletion is due is as gone as the key.
    throw error instanceof Unfound ? aliasNotFound(realm, aliasName, role) : error
  }
}

/** @throws {@link Unfound} */
export async function existingAlias(
  realm: Realm,
  reader: VaultReader,
  aliasName: AliasName,
  role: Target['role'] = 'key',
): Promise<AliasRecord> {
  const alias = await reader.alias(aliasName)
  if (!alias) throw aliasNotFound(realm, aliasName, role)
  return alias
}

function aliasNotFound(realm: Realm, aliasName: AliasName, role: Target['role']): Unfound {
  const arn = aliasArn(realm, aliasName)
  return new Unfound(`Alias ${arn} is not found.`, arn, role)
}

/** The targets of a request one after the other: who must not learn that a later one is missing is stopped by the first. */
export async function inOrder(
  first: Promise<Target>,
  next: (first: Target) => Promise<Target>,
): Promise<readonly Target[]> {
  const found = await first
  try {
    return [found, await next(found)]
  } catch (error) {
    if (error instanceof Unfound) throw error.after([found])
    throw error instanceof FoundBefore
      ? new FoundBefore([found, ...error.before], error.told)
      : new FoundBefore([found], error)
  }
}
