import { type KeySpec, type KeyType, type KeyUsage, keySpecs } from 'browser-kms'
import type { KeyRecord } from '../vault/key-facts.js'

/** What a key is made to be; which of these go together is the library's table. */
export interface KeyKind {
  readonly type: KeyType
  readonly usage: KeyUsage
  readonly spec: KeySpec
}

/** Key types in the words of the AWS console, in the order in which it offers them. */
export const typeWords: Readonly<Record<KeyType, string>> = {
  symmetric: 'Symmetric',
  asymmetric: 'Asymmetric',
  hmac: 'HMAC',
}

/** Key usages in the words of the AWS console. */
export const usageWords: Readonly<Record<KeyUsage, string>> = {
  ENCRYPT_DECRYPT: 'Encrypt and decrypt',
  SIGN_VERIFY: 'Sign and verify',
  KEY_AGREEMENT: 'Key agreement',
  ENCAPSULATE_DECAPSULATE: 'Key encapsulation',
  GENERATE_VERIFY_MAC: 'Generate and verify MAC',
}

export const keyTypes = Object.keys(typeWords) as readonly KeyType[]

/** Proposed before the others, where the first of the table is the weakest. */
const proposedSpecs: readonly KeySpec[] = ['HMAC_256', 'ML_KEM_768']

const allSpecs = Object.keys(keySpecs) as readonly KeySpec[]

/** What keys of a type can be used for. */
export function usagesOf(type: KeyType): readonly KeyUsage[] {
  const usages = Object.keys(usageWords) as readonly KeyUsage[]
  return usages.filter((usage) => specsOf(type, usage).length > 0)
}

/** The key specs of a type that have a usage. */
export function specsOf(type: KeyType, usage: KeyUsage): readonly KeySpec[] {
  return allSpecs.filter((spec) => keySpecs[spec].type === type && keySpecs[spec].usages[usage])
}

/** The kind that is proposed for a type, and for a usage where one is chosen already. */
export function proposedKind(type: KeyType, usage = usagesOf(type)[0]): KeyKind {
  const specs = usage ? specsOf(type, usage) : []
  const spec = specs.find((candidate) => proposedSpecs.includes(candidate)) ?? specs[0]
  if (!usage || !spec) throw new RangeError(`The library has no key of type ${type} for ${usage}.`)
  return { type, usage, spec }
}

/** Whether keys of a spec can be made from material of one's own: not those of SM2, ML-DSA and ML-KEM (IMP-2). */
export function canBeImported(spec: KeySpec): boolean {
  return spec !== 'SM2' && !spec.startsWith('ML_')
}

/** The type of a key in words. */
export function keyTypeOf({ metadata }: KeyRecord): string {
  return typeWords[keySpecs[metadata.KeySpec].type]
}

/** Whether a key has a public half. */
export function hasPublicKey({ metadata }: KeyRecord): boolean {
  return keySpecs[metadata.KeySpec].type === 'asymmetric'
}

/** Whether a key can wrap the data keys of files, which only symmetric ones do. They alone rotate, too. */
export function encryptsFiles({ metadata }: KeyRecord): boolean {
  return keySpecs[metadata.KeySpec].type === 'symmetric'
}

/** Whether the material of a key comes from outside. */
export function isImported({ metadata }: KeyRecord): boolean {
  return metadata.Origin === 'EXTERNAL'
}
