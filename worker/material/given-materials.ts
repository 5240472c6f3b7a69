/** Material of any key spec that was not made here and now: taken in from outside, and brought back from its copy. */
import { familyOf } from './families.js'
import type { BirthOptions, Bytes, MakeOptions, Material } from './family.js'
import { type Kind, purposeOf } from './materials.js'
import type { Sealer } from './sealer.js'
import { adoptSymmetric, symmetricAlgorithm, symmetricUsages } from './symmetric.js'
import type { WrappedKey } from './wrapped-key.js'

/**
 * Makes material of bytes that come from outside.
 *
 * @param bytes the caller wipes them
 * @returns undefined if they are no material of this kind
 */
export async function adoptMaterial(
  kind: Kind,
  bytes: Bytes,
  sealer: Sealer,
  options: BirthOptions,
): Promise<Material | undefined> {
  const { keySpec } = kind
  if (keySpec !== 'SYMMETRIC_DEFAULT') return (await familyOf(keySpec)).adopt?.(purposeOf(kind), bytes, sealer, options)
  const aead = await adoptSymmetric(bytes)
  if (aead) await options.birth?.keepBytes('raw', bytes)
  return aead && { handles: { aead } }
}

/**
 * Brings material back from its copy. What comes back has to be proved by its check value (check-values.ts).
 *
 * @param publicKey of key pairs
 * @param options `digestSigning` keeps sealed what was sealed before, where WebCrypto could hold it as well
 * @throws DOMException if the copy was changed, or holds no material of this kind
 */
export async function reviveMaterial(
  kind: Kind,
  wrapped: WrappedKey,
  publicKey: Bytes | undefined,
  sealer: Sealer,
  options: MakeOptions,
): Promise<Material> {
  const { keySpec } = kind
  if (keySpec === 'SYMMETRIC_DEFAULT')
    return { handles: { aead: await wrapped.unwrap(symmetricAlgorithm, symmetricUsages) } }
  return (await familyOf(keySpec)).revive(purposeOf(kind), wrapped, publicKey, sealer, options)
}
