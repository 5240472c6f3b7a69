import { AccessDeniedException, NotFoundException } from '../../src/contract/errors.js'
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
  const { realm } = named
  const reference = parseKeyReference(realmOf(named, identifier), identifier)
  if (reference.kind === 'keyId') return existingKey(named, reader, reference.keyId, role)
  const { targetKeyId } = await existingAlias(realm, reader, reference.aliasName)
  try {
    return await existingKey(named, reader, targetKeyId, role)
  } catch (error) {
    // The alias of a key whose deletion is due is as gone as the key.
    throw error instanceof NotFoundException ? aliasNotFound(realm, reference.aliasName) : error
  }
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

/** @throws NotFoundException */
export async function existingKey(
  { realm, caller }: Named,
  reader: VaultReader,
  keyId: KeyId,
  role: Target['role'] = 'key',
): Promise<Target> {
  const arn = keyArn(realm, keyId)
  const found = reader.key(keyId)
  // A key in the cache is answered without another turn of the microtask queue.
  const key = found instanceof Promise ? await found : found
  if (!key) throw caller.accountId === realm.accountId ? keyNotFound(arn) : notForForeigners(caller.arn)
  return { role, key, arn }
}

/** @throws NotFoundException */
export async function existingAlias(realm: Realm, reader: VaultReader, aliasName: AliasName): Promise<AliasRecord> {
  const alias = await reader.alias(aliasName)
  if (!alias) throw aliasNotFound(realm, aliasName)
  return alias
}

function aliasNotFound(realm: Realm, aliasName: AliasName): NotFoundException {
  return new NotFoundException(`Alias ${aliasArn(realm, aliasName)} is not found.`)
}

function keyNotFound(arn: string): NotFoundException {
  return new NotFoundException(`Key '${arn}' does not exist`)
}

/** A caller of another account does not learn which keys exist (AUTHZ-19). */
function notForForeigners(callerArn: string): AccessDeniedException {
  return new AccessDeniedException(
    `User: ${callerArn} is not authorized to use this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
  )
}
