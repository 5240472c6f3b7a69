/** Which family makes the material of a key spec. Each is loaded when it is first used. */

import { once } from '../../src/contract/once.js'
import type { KeySpec } from '../../src/contract/shapes.js'
import type { MaterialFamily } from './family.js'

/** Every spec but SYMMETRIC_DEFAULT, whose ciphertexts have a form of their own (symmetric.ts). */
export type FamilySpec = Exclude<KeySpec, 'SYMMETRIC_DEFAULT'>

const rsa = (bits: number) => once(async () => (await import('./rsa.js')).rsa(bits))

const loaders: { readonly [Spec in FamilySpec]: () => Promise<MaterialFamily> } = {
  RSA_2048: rsa(2048),
  RSA_3072: rsa(3072),
  RSA_4096: rsa(4096),
  ECC_NIST_P256: once(async () => (await import('./nist-curves.js')).nistCurve('ECC_NIST_P256')),
  ECC_NIST_P384: once(async () => (await import('./nist-curves.js')).nistCurve('ECC_NIST_P384')),
  ECC_NIST_P521: once(async () => (await import('./nist-curves.js')).nistCurve('ECC_NIST_P521')),
  ECC_SECG_P256K1: once(async () => (await import('./sealed-curve.js')).sealedCurve('ECC_SECG_P256K1')),
  ECC_NIST_EDWARDS25519: once(async () => (await import('./edwards25519.js')).edwards25519()),
  SM2: once(async () => (await import('./sm2.js')).sm2()),
  HMAC_224: once(async () => (await import('./hmac.js')).hmac224()),
  HMAC_256: once(async () => (await import('./hmac.js')).hmac('HMAC_256')),
  HMAC_384: once(async () => (await import('./hmac.js')).hmac('HMAC_384')),
  HMAC_512: once(async () => (await import('./hmac.js')).hmac('HMAC_512')),
  ML_DSA_44: once(async () => (await import('./lattice.js')).mlDsa('ML_DSA_44')),
  ML_DSA_65: once(async () => (await import('./lattice.js')).mlDsa('ML_DSA_65')),
  ML_DSA_87: once(async () => (await import('./lattice.js')).mlDsa('ML_DSA_87')),
  ML_KEM_512: once(async () => (await import('./lattice.js')).mlKem('ML_KEM_512')),
  ML_KEM_768: once(async () => (await import('./lattice.js')).mlKem('ML_KEM_768')),
  ML_KEM_1024: once(async () => (await import('./lattice.js')).mlKem('ML_KEM_1024')),
}

export function familyOf(spec: FamilySpec): Promise<MaterialFamily> {
  return loaders[spec]()
}
