import { type KeyId, keyArn, type Realm } from '../../src/contract/identifiers.js'
import { keySpecs } from '../../src/contract/key-specs.js'
import type { KeyMetadata } from '../../src/contract/shapes.js'
import { shownState } from '../pipeline/locked-keys.js'
import type { KeyRecord, KeySetPlace } from '../storage/schema.js'

/**
 * What DescribeKey and CreateKey tell of a key (MGT-30): no alias, tag, policy or grant.
 *
 * @param isLocked whether the vault is locked at rest
 */
export function keyMetadata(realm: Realm, key: KeyRecord, isLocked: boolean): KeyMetadata {
  const state = shownState(key.state, isLocked)
  return {
    AWSAccountId: realm.accountId,
    KeyId: key.keyId,
    Arn: keyArn(realm, key.keyId),
    CreationDate: new Date(key.createdAt),
    Enabled: state === 'Enabled',
    Description: key.description,
    KeyUsage: key.keyUsage,
    KeyState: state,
    ...(key.deletionDate !== undefined && { DeletionDate: new Date(key.deletionDate) }),
    ...(key.windowInDays !== undefined && { PendingDeletionWindowInDays: key.windowInDays }),
    Origin: key.origin,
    KeyManager: 'CUSTOMER',
    // The deprecated member repeats the spec; its own enumeration lacks the newer ones (MGT-30).
    CustomerMasterKeySpec: key.keySpec as NonNullable<KeyMetadata['CustomerMasterKeySpec']>,
    KeySpec: key.keySpec,
    ...algorithmLists(key),
    ...expiry(key),
    MultiRegion: key.set !== undefined,
    ...(key.set && { MultiRegionConfiguration: multiRegionConfiguration(realm, key.keyId, key.set) }),
    ...(key.keySpec === 'SYMMETRIC_DEFAULT' &&
      key.currentMaterialId !== undefined && { CurrentKeyMaterialId: key.currentMaterialId }),
  }
}

/** Told of imported material while it is there (aws-facts 3); the earliest of several (IMP-16). */
function expiry({ importedMaterial }: KeyRecord): Pick<KeyMetadata, 'ExpirationModel' | 'ValidTo'> {
  if (!importedMaterial?.complete) return {}
  const { validTo } = importedMaterial
  return validTo === undefined
    ? { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
    : { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: new Date(validTo) }
}

/** The whole set, equal for all its members but for their own role (MRK-6). */
function multiRegionConfiguration(
  { accountId }: Realm,
  keyId: KeyId,
  { role, primaryRegion, replicaRegions }: KeySetPlace,
): NonNullable<KeyMetadata['MultiRegionConfiguration']> {
  const member = (region: string) => ({ Arn: keyArn({ accountId, region }, keyId), Region: region })
  return {
    MultiRegionKeyType: role,
    PrimaryKey: member(primaryRegion),
    ReplicaKeys: replicaRegions.map(member),
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
