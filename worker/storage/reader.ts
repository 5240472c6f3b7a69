import type { AliasName, KeyId } from '../../src/contract/identifiers.js'
import type { AliasRecord, KeyRecord } from './schema.js'

/**
 * Looks up keys and aliases by name. Mutations read inside their transaction, management reads from the database,
 * cryptographic operations through the cache; what a request means is the same in all three.
 */
export interface VaultReader {
  key(keyId: KeyId): KeyRecord | undefined | Promise<KeyRecord | undefined>
  alias(aliasName: AliasName): AliasRecord | undefined | Promise<AliasRecord | undefined>
}
