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

type Named = Pick<Request<never>, 'realm'>
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
  { realm }: Named,
  reader: VaultReader,
  identifier: string,
  role: Target['role'] = 'key',
): Promise<Target> {
  const reference = parseKeyReference(realm, identifier)
  if (reference.kind === 'keyId') return existingKey(realm, reader, reference.keyId, role)
  const { targetKeyId } = await existingAlias(realm, reader, reference.aliasName)
  try {
    return await existingKey(realm, reader, targetKeyId, role)
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
export async function keyByIdOrArn({ realm }: Named, reader: VaultReader, identifier: string): Promise<Target> {
  return existingKey(realm, reader, parseKeyIdOrArn(realm, identifier).keyId)
}

/** @throws NotFoundException */
export async function existingKey(
  realm: Realm,
  reader: VaultReader,
  keyId: KeyId,
  role: Target['role'] = 'key',
): Promise<Target> {
  const arn = keyArn(realm, keyId)
  const found = reader.key(keyId)
  // A key in the cache is answered without another turn of the microtask queue.
  const key = found instanceof Promise ? await found : found
  if (!key) throw new NotFoundException(`Key '${arn}' does not exist`)
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
