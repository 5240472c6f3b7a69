/** Material of any key spec, the symmetric ones too; see given-materials.ts for what is not made here. */
import type { KeySpec, KeyUsage } from '../../src/contract/shapes.js'
import { familyOf } from './families.js'
import type { BirthOptions, Material, Purpose } from './family.js'
import { handleOf } from './rebirth.js'
import type { Sealer } from './sealer.js'
import { generateSymmetric, symmetricAlgorithm } from './symmetric.js'

/** What material is of. */
export interface Kind {
  readonly keySpec: KeySpec
  readonly keyUsage: KeyUsage
}

const purposes: { readonly [Usage in KeyUsage]: Purpose } = {
  ENCRYPT_DECRYPT: 'encrypt',
  SIGN_VERIFY: 'sign',
  GENERATE_VERIFY_MAC: 'mac',
  KEY_AGREEMENT: 'agree',
  ENCAPSULATE_DECAPSULATE: 'encapsulate',
}

/** What a key is to be used for, in the words of its material. */
export function purposeOf({ keyUsage }: Pick<Kind, 'keyUsage'>): Purpose {
  return purposes[keyUsage]
}

export async function makeMaterial(kind: Kind, sealer: Sealer, options: BirthOptions): Promise<Material> {
  const { keySpec } = kind
  if (keySpec !== 'SYMMETRIC_DEFAULT') return (await familyOf(keySpec)).make(purposeOf(kind), sealer, options)
  const { birth } = options
  const aead = await generateSymmetric(birth !== undefined)
  return { handles: { aead: await handleOf(aead, 'raw', symmetricAlgorithm, birth) } }
}
