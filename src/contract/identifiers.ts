/**
 * Names of keys and aliases (MGT-10): key ids, key ARNs, alias names, alias ARNs, and the account and Region they
 * belong to.
 */
import { InvalidArnException, NotFoundException } from './errors.js'

declare const brand: unique symbol
type Branded<T, Name extends string> = T & { readonly [brand]: Name }

/** A bare key id: a UUID, or `mrk-` and 32 hex digits for a multi-Region key. */
export type KeyId = Branded<string, 'KeyId'>
/** An alias name with its `alias/` prefix. */
export type AliasName = Branded<string, 'AliasName'>

/** Where a vault's resources live: they are named with it, and found only in it. */
export interface Realm {
  /** Twelve digits. */
  readonly accountId: string
  /** Such as `browser-local-1`. */
  readonly region: string
}

/** A request's way of naming a key, taken apart. */
export type KeyReference =
  | { readonly kind: 'keyId'; readonly keyId: KeyId; readonly arn: string }
  | { readonly kind: 'alias'; readonly aliasName: AliasName; readonly arn: string }

const KEY_ID = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/
const ARN = /^arn:([a-z][a-z0-9-]*):kms:([a-z0-9-]+):([0-9]{12}):(key|alias)\/(.+)$/s
const PARTITION = 'aws'

/** Whether a text has the form of a bare key id. */
export function isKeyId(text: string): text is KeyId {
  return KEY_ID.test(text)
}

/** `arn:aws:kms:REGION:ACCOUNT:key/ID` */
export function keyArn({ region, accountId }: Realm, keyId: KeyId): string {
  return `arn:${PARTITION}:kms:${region}:${accountId}:key/${keyId}`
}

/** `arn:aws:kms:REGION:ACCOUNT:alias/NAME`; the alias name holds the `alias/` prefix. */
export function aliasArn({ region, accountId }: Realm, aliasName: AliasName): string {
  return `arn:${PARTITION}:kms:${region}:${accountId}:${aliasName}`
}

/** `arn:aws:iam::ACCOUNT:root`, the principal that stands for the whole account. */
export function rootArn({ accountId }: Realm): string {
  return `arn:${PARTITION}:iam::${accountId}:root`
}

/** A new key id. Ids are random and never used again (DEL-9). */
export function newKeyId(): KeyId {
  return crypto.randomUUID() as string as KeyId
}

/** A new id for a multi-Region key (MRK-1). */
export function newMultiRegionKeyId(): KeyId {
  return `mrk-${crypto.randomUUID().replaceAll('-', '')}` as KeyId
}

/** The alias name a text is, if it is one. */
export function asAliasName(text: string): AliasName | undefined {
  return text.startsWith('alias/') && text.length > 'alias/'.length ? (text as AliasName) : undefined
}

/**
 * Reads any of the four identifier forms. What is well formed but of another account or Region does not exist here.
 *
 * @throws {@link InvalidArnException} for a malformed ARN
 * @throws {@link NotFoundException} for anything that cannot name a key of this realm (MGT-15)
 */
export function parseKeyReference(realm: Realm, identifier: string): KeyReference {
  if (identifier.startsWith('arn:')) return parseArn(realm, identifier)
  const aliasName = asAliasName(identifier)
  if (aliasName) return { kind: 'alias', aliasName, arn: aliasArn(realm, aliasName) }
  if (isKeyId(identifier)) return { kind: 'keyId', keyId: identifier, arn: keyArn(realm, identifier) }
  throw new NotFoundException(`Invalid keyId '${identifier}'`)
}

/**
 * Reads a key id or a key ARN, where AWS takes no alias (MGT-12).
 *
 * @throws {@link InvalidArnException} for an alias or a malformed ARN
 * @throws {@link NotFoundException} for anything that cannot name a key of this realm
 */
export function parseKeyIdOrArn(realm: Realm, identifier: string): Extract<KeyReference, { kind: 'keyId' }> {
  const reference = parseKeyReference(realm, identifier)
  if (reference.kind === 'keyId') return reference
  throw new InvalidArnException('Key Aliases are not supported for this operation.')
}

function parseArn(realm: Realm, arn: string): KeyReference {
  const match = ARN.exec(arn)
  if (!match) throw new InvalidArnException(`Invalid arn ${arn}`)
  const [, partition, region, accountId, type, resource] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  if (region !== realm.region) throw new NotFoundException(`Invalid arn ${region}`)
  if (partition !== PARTITION || accountId !== realm.accountId)
    throw new NotFoundException(`${type === 'key' ? `Key '${arn}' does not exist` : `Alias ${arn} is not found.`}`)
  if (type === 'alias') return { kind: 'alias', aliasName: `alias/${resource}` as AliasName, arn }
  if (!isKeyId(resource)) throw new NotFoundException(`Invalid keyId '${resource}'`)
  return { kind: 'keyId', keyId: resource, arn }
}
