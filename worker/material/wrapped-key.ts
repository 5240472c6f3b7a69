/** Material on its way from one place to another inside WebCrypto: its bytes are never in JavaScript. */
import type { Bytes } from '../../src/contract/bytes.js'

/**
 * How a material is written where it is wrapped: `raw` bytes of symmetric and HMAC keys, DER PKCS #8 of private keys, or
 * `bytes` as its family seals them.
 */
export type CopyForm = 'raw' | 'pkcs8' | 'bytes'

/** A material under a key that exists for this one wrap. */
export interface WrappedKey {
  readonly form: CopyForm
  /** A handle of it, not extractable. @throws DOMException if the engine does not know the algorithm, or it is none of it */
  unwrap(algorithm: WrappedAlgorithm, usages: KeyUsage[]): Promise<CryptoKey>
  /** Its bytes. The caller wipes them. */
  open(): Promise<Bytes>
}

export type WrappedAlgorithm = string | { readonly name: string } | EcKeyImportParams | HmacImportParams

/** Of AES-256-GCM. The key is used once, so that it needs no nonce that differs. */
export const oneTime = { name: 'AES-GCM', iv: new Uint8Array(12) }
export const oneTimeUses: KeyUsage[] = ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey']

/** @param wrapped what `key` has encrypted, in the given form */
export function wrappedKey(form: CopyForm, key: CryptoKey, wrapped: Bytes): WrappedKey {
  return {
    form,
    unwrap: (algorithm, usages) =>
      crypto.subtle.unwrapKey(form === 'pkcs8' ? 'pkcs8' : 'raw', wrapped, key, oneTime, algorithm, false, usages),
    open: async () => new Uint8Array(await crypto.subtle.decrypt(oneTime, key, wrapped)),
  }
}

/**
 * A private key on its way to several handles: WebCrypto binds one hash and one padding to a handle.
 *
 * @param extractable a private key that nobody keeps
 */
export async function wrappedOnce(extractable: CryptoKey): Promise<WrappedKey> {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, oneTimeUses)
  return wrappedKey('pkcs8', key, new Uint8Array(await crypto.subtle.wrapKey('pkcs8', extractable, key, oneTime)))
}
