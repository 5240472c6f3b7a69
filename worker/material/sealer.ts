import type { Bytes } from '../../src/contract/bytes.js'
import type { Birth } from './copies.js'
import type { Material } from './material.js'
import { open, seal } from './symmetric.js'

const NO_CONTEXT = new Uint8Array(0)

/**
 * Keeps bytes that WebCrypto cannot hold as a handle: sealed under a non-extractable key of the vault, opened for one
 * use, wiped after it.
 */
export class Sealer {
  #key: CryptoKey
  #isStored = true

  constructor(key: CryptoKey) {
    this.#key = key
  }

  /** Seals under another key from now on. @param isStored whether the vault keeps it, or this memory alone */
  use(key: CryptoKey, isStored: boolean): void {
    this.#key = key
    this.#isStored = isStored
  }

  /** New material, as it may be stored: where the vault does not keep the key that seals it, with that key. */
  lasting<Kept extends Material>(material: Kept): Kept {
    return this.#isStored ? material : this.portable(material)
  }

  /** The same material for a vault that has another sealing key: what is sealed stays sealed, its key goes along. */
  portable<Kept extends Material>(material: Kept): Kept {
    return material.sealed ? { ...material, sealedUnder: material.sealedUnder ?? this.#key } : material
  }

  /** Seals bytes and wipes them. @param birth of the material that they are, where it has no other form of its copy */
  async seal(bytes: Bytes, birth?: Birth): Promise<Bytes> {
    try {
      await birth?.keepBytes('bytes', bytes)
      return await seal(this.#key, bytes, NO_CONTEXT)
    } finally {
      bytes.fill(0)
    }
  }

  /** Opens a material's sealed bytes for as long as `use` runs. They must not outlive it. */
  async withOpened<Result>(
    { sealed, sealedUnder }: Material,
    use: (bytes: Bytes) => Result | Promise<Result>,
  ): Promise<Result> {
    const bytes = sealed && (await open(sealedUnder ?? this.#key, sealed, NO_CONTEXT))
    if (!bytes) throw new TypeError('the sealed material cannot be opened')
    try {
      return await use(bytes)
    } finally {
      bytes.fill(0)
    }
  }
}
