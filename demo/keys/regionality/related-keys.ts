import type { KmsClient, Vault } from 'browser-kms'
import type { KeyRecord } from '../../vault/key-directory.js'
import { pagesOf } from '../../vault/pages-of.js'

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
      return { region, arn, isPrimary: member === PrimaryKey, record: await recordIn(vault.region(region), keyId) }
    }),
  )
}

async function recordIn(kms: KmsClient, keyId: string): Promise<KeyRecord | undefined> {
  try {
    const [{ KeyMetadata }, pages] = await Promise.all([
      kms.describeKey({ KeyId: keyId }),
      pagesOf((marker) => kms.listAliases({ KeyId: keyId, Marker: marker })),
    ])
    const names = pages.flatMap(({ Aliases }) => Aliases.map(({ AliasName }) => AliasName.replace(/^alias\//, '')))
    return { keyId, metadata: KeyMetadata, aliases: names.sort() }
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundException') return undefined
    throw error
  }
}
