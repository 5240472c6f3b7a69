import { keyArn, type Realm } from '../../src/contract/identifiers.js'
import { keySpecs } from '../../src/contract/key-specs.js'
import type { KeyMetadata } from '../../src/contract/shapes.js'
import type { KeyRecord } from '../storage/schema.js'

/** What DescribeKey and CreateKey tell of a key (MGT-30): no alias, tag, policy or grant. */
export function keyMetadata(realm: Realm, key: KeyRecord): KeyMetadata {
  const algorithms = keySpecs[key.keySpec].usages[key.keyUsage]
  return {
    AWSAccountId: realm.accountId,
    KeyId: key.keyId,
    Arn: keyArn(realm, key.keyId),
    CreationDate: new Date(key.createdAt),
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: key.keyUsage,
    KeyState: key.state,
    ...(key.state === 'PendingDeletion' &&
      key.deletionDate !== undefined && { DeletionDate: new Date(key.deletionDate) }),
    Origin: key.origin,
    KeyManager: 'CUSTOMER',
    // The deprecated member repeats the spec; its own enumeration lacks the newer ones (MGT-30).
    CustomerMasterKeySpec: key.keySpec as NonNullable<KeyMetadata['CustomerMasterKeySpec']>,
    KeySpec: key.keySpec,
    ...(algorithms && Object.fromEntries(Object.entries(algorithms).map(([list, names]) => [list, [...names]]))),
    MultiRegion: false,
    ...(key.keySpec === 'SYMMETRIC_DEFAULT' && { CurrentKeyMaterialId: key.currentMaterialId }),
  }
}
