import type { AliasName, KeyId } from '../../src/contract/identifiers.js'
import type { LastUsage } from '../audit/usage-log.js'
import type { GrantIndex } from './grant-index.js'
import type { AliasRecord, GrantRecord, KeyRecord } from './schema.js'

/**
 * Looks up keys and what belongs to them. Mutations read inside their transaction, management reads from the database,
 * cryptographic operations through the cache; what a request means is the same in all three.
 */
export interface VaultReader {
  key(keyId: KeyId): KeyRecord | undefined | Promise<KeyRecord | undefined>
  alias(aliasName: AliasName): AliasRecord | undefined | Promise<AliasRecord | undefined>
  /** The names of a key's aliases. */
  aliasNames(keyId: KeyId): Promise<readonly AliasName[]>
  /** The grants of one grantee on a key. */
  grants(keyId: KeyId, grantee: string): GrantIndex | Promise<GrantIndex>
  grant(keyId: KeyId, grantId: string): Promise<GrantRecord | undefined>
  lastUsage(keyId: KeyId): Promise<LastUsage | undefined>
}
