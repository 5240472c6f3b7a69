/** Key material on its way into the vault, wrapped for it (IMP-5, IMP-6). */

import type { Bytes } from '../../src/contract/bytes.js'
import { once } from '../../src/contract/once.js'
import type { KeySpec, Value } from '../../src/contract/shapes.js'
import { publicKeyOf } from './native-pair.js'

type WrappingAlgorithm = Value<'AlgorithmSpec'>
type WrappingKeySpec = Value<'WrappingKeySpec'>

const wrappingKeySpecs: Readonly<Record<string, { readonly modulusLength: number }>> = {
  RSA_2048: { modulusLength: 2048 },
  RSA_3072: { modulusLength: 3072 },
  RSA_4096: { modulusLength: 4096 },
}

/** `isHybrid`: an AES key by OAEP, and the material under the AES key (RFC 5649). */
const wrappingAlgorithms: Readonly<Record<string, { readonly hash: string; readonly isHybrid: boolean }>> = {
  RSAES_OAEP_SHA_1: { hash: 'SHA-1', isHybrid: false },
  RSAES_OAEP_SHA_256: { hash: 'SHA-256', isHybrid: false },
  RSA_AES_KEY_WRAP_SHA_1: { hash: 'SHA-1', isHybrid: true },
  RSA_AES_KEY_WRAP_SHA_256: { hash: 'SHA-256', isHybrid: true },
}

const EPHEMERAL_KEY_LENGTH = 32

const load = once(async () => (await import('@noble/ciphers/aes.js')).aeskwp)

/** Whether material of a key spec can be wrapped like this (the table of IMP-5). */
export function canWrap(keySpec: KeySpec, algorithm: WrappingAlgorithm, wrappingKeySpec: WrappingKeySpec): boolean {
  const wrapping = wrappingAlgorithms[algorithm]
  if (!wrapping || !wrappingKeySpecs[wrappingKeySpec]) return false
  if (wrapping.isHybrid) return true
  // Too long for one OAEP block.
  if (keySpec.startsWith('RSA')) return false
  return !(keySpec === 'ECC_NIST_P521' && wrappingKeySpec === 'RSA_2048')
}

/** A key pair to wrap material with; the private key stays here, non-extractable. */
export async function makeWrappingPair(
  algorithm: WrappingAlgorithm,
  wrappingKeySpec: WrappingKeySpec,
): Promise<{ privateKey: CryptoKey; publicKey: Bytes }> {
  const pair = (await crypto.subtle.generateKey(
    {
      name: 'RSA-OAEP',
      hash: wrappingAlgorithms[algorithm]?.hash as string,
      modulusLength: wrappingKeySpecs[wrappingKeySpec]?.modulusLength as number,
      publicExponent: new Uint8Array([1, 0, 1]),
    },
    false,
    ['encrypt', 'decrypt'],
  )) as CryptoKeyPair
  return { privateKey: pair.privateKey, publicKey: await publicKeyOf(pair) }
}

/**
 * Unwraps material. Whoever gets it wipes it.
 *
 * @returns undefined if it was not wrapped with this algorithm for this key
 */
export async function unwrap(
  privateKey: CryptoKey,
  algorithm: WrappingAlgorithm,
  wrappingKeySpec: WrappingKeySpec,
  wrapped: Bytes,
): Promise<Bytes | undefined> {
  const blockLength = (wrappingKeySpecs[wrappingKeySpec]?.modulusLength as number) / 8
  const block = wrapped.subarray(0, blockLength)
  const rest = wrapped.subarray(blockLength)
  const isHybrid = wrappingAlgorithms[algorithm]?.isHybrid === true
  if (block.byteLength !== blockLength || rest.byteLength > 0 !== isHybrid) return undefined
  const opened = await openBlock(privateKey, block)
  if (!opened || !isHybrid) return opened
  try {
    return await unwrapPadded(opened, rest)
  } finally {
    opened.fill(0)
  }
}

/** RFC 5649, under keys of 32 bytes only. */
async function unwrapPadded(key: Bytes, wrapped: Bytes): Promise<Bytes | undefined> {
  const aeskwp = await load()
  if (key.byteLength !== EPHEMERAL_KEY_LENGTH) return undefined
  try {
    return aeskwp(key).decrypt(wrapped) as Bytes
  } catch {
    return undefined
  }
}

async function openBlock(privateKey: CryptoKey, block: Bytes): Promise<Bytes | undefined> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'RSA-OAEP' }, privateKey, block))
  } catch (error) {
    if (error instanceof DOMException && error.name === 'OperationError') return undefined
    throw error
  }
}
