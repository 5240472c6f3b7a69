import type { Bytes } from '../../src/contract/bytes.js'
import type { Material } from './material.js'
import { open, seal } from './symmetric.js'

const NO_CONTEXT = new Uint8Array(0)

/**
 * Keeps bytes that WebCrypto cannot hold as a handle: sealed under a non-extractable key of the vault, opened for one
 * use, wiped after it.
 */
export class Sealer {
  readonly #key: CryptoKey

  constructor(key: CryptoKey) {
    this.#key = key
  }

  /** The same material for a vault that has another sealing key: what is sealed stays sealed, its key goes along. */
  portable<Kept extends Material>(material: Kept): Kept {
    return material.sealed ? { ...material, sealedUnder: material.sealedUnder ?? this.#key } : material
  }

  /** Seals bytes and wipes them. */
  async seal(bytes: Bytes): Promise<Bytes> {
    try {
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

/**
 * The same private key under several algorithms, all non-extractable. The key goes from handle to handle inside
 * WebCrypto, encrypted on the way: its bytes are never in JavaScript.
 *
 * @param extractable a private key that nobody keeps
 */
export async function nativeCopies(
  extractable: CryptoKey,
  wanted: Readonly<Record<string, { readonly algorithm: RsaHashedImportParams; readonly usages: KeyUsage[] }>>,
): Promise<Record<string, CryptoKey>> {
  const wrapping = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['wrapKey', 'unwrapKey'])
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const way = { name: 'AES-GCM', iv }
  const wrapped = await crypto.subtle.wrapKey('pkcs8', extractable, wrapping, way)
  const copies = Object.entries(wanted).map(
    async ([name, { algorithm, usages }]) =>
      [name, await crypto.subtle.unwrapKey('pkcs8', wrapped, wrapping, way, algorithm, false, usages)] as const,
  )
  return Object.fromEntries(await Promise.all(copies))
}
