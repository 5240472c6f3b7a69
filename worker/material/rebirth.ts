/** What the families have in common at the birth of material, and when it comes back from its copy. */
import type { Bytes } from '../../src/contract/bytes.js'
import type { Birth } from './copies.js'
import type { Material } from './material.js'
import type { Sealer } from './sealer.js'
import type { WrappedAlgorithm, WrappedKey } from './wrapped-key.js'

/**
 * The handle that is kept of what WebCrypto has made: where there is to be a copy, the key has been extractable for it, and
 * is taken in again as one that is not.
 */
export async function handleOf(
  key: CryptoKey,
  form: 'raw' | 'pkcs8',
  algorithm: WrappedAlgorithm,
  birth: Birth | undefined,
): Promise<CryptoKey> {
  if (!birth) return key
  return (await birth.keep(form, key)).unwrap(algorithm, [...key.usages])
}

/** Material in sealed custody, of a copy of its bytes as they are sealed. */
export async function reviveSealed(wrapped: WrappedKey, sealer: Sealer, publicKey?: Bytes): Promise<Material> {
  const sealed = await sealer.seal(await wrapped.open())
  return { handles: {}, sealed, ...(publicKey && { publicKey }) }
}
