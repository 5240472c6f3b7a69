/** What the vault tells about keys: the lists, which are cheap, and the description of one key, which is not. */
import type { KmsClient } from 'browser-kms'
import { pagesOf } from './pages-of.js'

export type KeyMetadata = Awaited<ReturnType<KmsClient['describeKey']>>['KeyMetadata']

/** A key as the lists name it. What DescribeKey tells of it is there once somebody has looked at it. */
export interface ListedKey {
  readonly keyId: string
  /** Alias names without their `alias/` prefix, in alphabetical order. */
  readonly aliases: readonly string[]
  readonly metadata?: KeyMetadata
}

/** What the page knows about one key. */
export interface KeyRecord extends ListedKey {
  readonly metadata: KeyMetadata
}

/** Whether somebody has looked at a key. */
export function isDescribed(key: ListedKey): key is KeyRecord {
  return key.metadata !== undefined
}

const words = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

/** The order of alias names for people: without regard to case, numbers by their value. */
export const compareWords = words.compare

/** By the first alias; keys without one come last. */
export function compareNames(a: ListedKey, b: ListedKey): number {
  return (
    Number(a.aliases.length === 0) - Number(b.aliases.length === 0) ||
    compareWords(a.aliases[0] ?? '', b.aliases[0] ?? '')
  )
}

/** The ids of all keys. */
export async function listKeyIds(kms: KmsClient): Promise<readonly string[]> {
  const pages = await pagesOf((marker) => kms.listKeys({ Limit: 1000, Marker: marker }))
  return pages.flatMap(({ Keys }) => Keys.map(({ KeyId }) => KeyId))
}

/** The alias names of all keys, by key id. */
export async function listAliasNames(kms: KmsClient): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = new Map<string, string[]>()
  for (const { Aliases } of await pagesOf((marker) => kms.listAliases({ Limit: 100, Marker: marker })))
    for (const { AliasName, TargetKeyId } of Aliases)
      if (TargetKeyId !== undefined) {
        const ofKey = names.get(TargetKeyId)
        if (ofKey) ofKey.push(bareName(AliasName))
        else names.set(TargetKeyId, [bareName(AliasName)])
      }
  for (const ofKey of names.values()) ofKey.sort()
  return names
}

/** All that is shown of one key; undefined for a key that is not there, or not any more. */
export async function recordOf(kms: KmsClient, keyId: string): Promise<KeyRecord | undefined> {
  return ifThere(async () => {
    const [{ KeyMetadata: metadata }, pages] = await Promise.all([
      kms.describeKey({ KeyId: keyId }),
      pagesOf((marker) => kms.listAliases({ KeyId: keyId, Limit: 100, Marker: marker })),
    ])
    const aliases = pages.flatMap(({ Aliases }) => Aliases.map(({ AliasName }) => bareName(AliasName)))
    return { keyId, metadata, aliases: aliases.sort() }
  })
}

/** What DescribeKey tells; undefined for a key that was deleted after it was listed. */
export async function metadataOf(kms: KmsClient, keyId: string): Promise<KeyMetadata | undefined> {
  return ifThere(async () => (await kms.describeKey({ KeyId: keyId })).KeyMetadata)
}

async function ifThere<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundException') return undefined
    throw error
  }
}

function bareName(aliasName: string): string {
  return aliasName.replace(/^alias\//, '')
}
