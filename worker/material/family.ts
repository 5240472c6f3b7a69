/**
 * What the key families guarantee. A family knows its cryptography and how its material is kept; it knows nothing of
 * KMS keys, aliases or grants. Adding a key spec is a row in families.ts and, if it is of a new kind, a file beside it.
 */
import type { Bytes } from '../../src/contract/bytes.js'
import type { Value } from '../../src/contract/shapes.js'
import type { Birth } from './copies.js'
import type { Material } from './material.js'
import type { Sealer } from './sealer.js'
import type { WrappedKey } from './wrapped-key.js'

export type { Bytes, Material }

/** What new material is to be used for. */
export type Purpose = 'encrypt' | 'sign' | 'mac' | 'agree' | 'encapsulate'

/** How a message reaches a signing operation: itself, its digest, or (ML-DSA) its representative µ. */
export type MessageForm = Value<'MessageType'>

/** Encryption to a public key, without context. */
export interface PublicKeyEncryption {
  encrypt(material: Material, algorithm: string, plaintext: Bytes): Promise<Bytes>
  /** @returns undefined if the ciphertext is not one of this key and algorithm */
  decrypt(material: Material, algorithm: string, ciphertext: Bytes, sealer: Sealer): Promise<Bytes | undefined>
}

/** Digital signatures. */
export interface Signing {
  /** Message forms that an algorithm takes with this material. `DIGEST` may need sealed bytes. */
  sign(material: Material, algorithm: string, message: Bytes, form: MessageForm, sealer: Sealer): Promise<Bytes>
  /** @returns whether the signature is one of this key over the message; malformed ones are not */
  verify(material: Material, algorithm: string, message: Bytes, form: MessageForm, signature: Bytes): Promise<boolean>
}

/** Message authentication codes. */
export interface MessageAuthentication {
  mac(material: Material, message: Bytes, sealer: Sealer): Promise<Bytes>
}

/** Diffie-Hellman. */
export interface KeyAgreement {
  /**
   * @param peer DER SubjectPublicKeyInfo on the same curve
   * @returns the raw x coordinate, or undefined if the peer's key is none
   */
  agree(material: Material, peer: Bytes, sealer: Sealer): Promise<Bytes | undefined>
}

/** Key encapsulation. */
export interface Encapsulation {
  encapsulate(material: Material): Promise<{ readonly ciphertext: Bytes; readonly sharedSecret: Bytes }>
  /** @returns undefined if the ciphertext has not the length of one */
  decapsulate(material: Material, ciphertext: Bytes, sealer: Sealer): Promise<Bytes | undefined>
}

/** How new material is to be kept. */
export interface MakeOptions {
  /** Keep private bytes sealed, so that digests can be signed, which WebCrypto cannot do. */
  readonly digestSigning: boolean
}

/** How new material is to be kept, and where it is to leave a copy of itself. */
export interface BirthOptions extends MakeOptions {
  /** Absent where the vault has no recovery pair. The material keeps itself once. */
  readonly birth?: Birth | undefined
}

/** A key pair in the open: what GenerateDataKeyPair hands out. */
export interface KeyPairBytes {
  /** DER PKCS#8 (RFC 5958). Whoever gets it wipes it. */
  readonly privateKey: Bytes
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Bytes
}

/** One key spec's material: how it is made, and what it can do. */
export interface MaterialFamily {
  make(purpose: Purpose, sealer: Sealer, options: BirthOptions): Promise<Material>
  /**
   * Makes material of bytes that come from outside (IMP-3): raw bytes for symmetric and HMAC specs, a PKCS #8 private key
   * for asymmetric ones. The public key is always worked out from the private one. Absent where AWS imports nothing.
   *
   * @param bytes the caller wipes them
   * @returns undefined if they are no material of this spec: other length, curve, modulus or structure
   */
  adopt?(purpose: Purpose, bytes: Bytes, sealer: Sealer, options: BirthOptions): Promise<Material | undefined>
  /**
   * Brings material back from its copy. Copies of the form `bytes` are the same for all families (copies.ts).
   *
   * @param publicKey of key pairs
   * @throws DOMException if what is wrapped is none of this spec
   */
  revive(
    purpose: Purpose,
    wrapped: WrappedKey,
    publicKey: Bytes | undefined,
    sealer: Sealer,
    options: MakeOptions,
  ): Promise<Material>
  readonly encryption?: PublicKeyEncryption
  readonly signing?: Signing
  readonly authentication?: MessageAuthentication
  readonly agreement?: KeyAgreement
  readonly encapsulation?: Encapsulation
  readonly makePair?: () => Promise<KeyPairBytes>
}
