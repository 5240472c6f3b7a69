import type { Vault } from 'browser-kms'
import { type KeyRecord, recordOf } from '../../vault/key-facts.js'

/** One key of a multi-Region set. */
export interface RelatedKey {
  readonly region: string
  readonly arn: string
  readonly isPrimary: boolean
  /** Undefined where the Region does not have the key, or not any more. */
  readonly record: KeyRecord | undefined
}

/** All keys of a set as their own Regions tell of them, the primary first. */
export async function relatedKeysOf(vault: Vault, { keyId, metadata }: KeyRecord): Promise<readonly RelatedKey[]> {
  const { PrimaryKey, ReplicaKeys = [] } = metadata.MultiRegionConfiguration ?? {}
  const members = PrimaryKey ? [PrimaryKey, ...ReplicaKeys] : []
  return Promise.all(
    members.map(async (member) => {
      const { Region: region = '', Arn: arn = '' } = member
      return { region, arn, isPrimary: member === PrimaryKey, record: await recordOf(vault.region(region), keyId) }
    }),
  )
}
