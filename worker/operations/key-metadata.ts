import { keyArn, type Realm } from '../../src/contract/identifiers.js'
import { keySpecs } from '../../src/contract/key-specs.js'
import type { KeyMetadata } from '../../src/contract/shapes.js'
import type { KeyRecord } from '../storage/schema.js'

/** What DescribeKey and CreateKey tell of a key (MGT-30): no alias, tag, policy or grant. */
export function keyMetadata(realm: Realm, key: KeyRecord): KeyMetadata {
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
    ...algorithmLists(key),
    MultiRegion: false,
    ...(key.keySpec === 'SYMMETRIC_DEFAULT' && { CurrentKeyMaterialId: key.currentMaterialId }),
  }
}

/** The one list of algorithms that a key's usage has; the others are absent, never empty. */
export function algorithmLists({ keySpec, keyUsage }: KeyRecord): AlgorithmLists {
  const lists = Object.entries(keySpecs[keySpec].usages[keyUsage] ?? {})
  return Object.fromEntries(lists.map(([list, names]) => [list, [...names]]))
}

type AlgorithmLists = Pick<
  KeyMetadata,
  'EncryptionAlgorithms' | 'SigningAlgorithms' | 'MacAlgorithms' | 'KeyAgreementAlgorithms' | 'EncapsulationAlgorithms'
>
