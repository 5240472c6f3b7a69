/** What is kept of a vault's protectors: nothing in it is secret, and each can be structured-cloned. */
import type { Bytes } from '../../src/contract/bytes.js'

/** How Argon2id (RFC 9106) makes 32 bytes of a passphrase. */
export interface Argon2Parameters {
  /** 16 random bytes. */
  readonly salt: Bytes
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly lanes: number
}

/** What each type of protector is opened with, beside what the person has. */
export interface ProtectorParameters {
  readonly passphrase: Argon2Parameters
  readonly recoveryCode: {
    /** The first character of the code. */
    readonly version: string
  }
  readonly passkey: {
    /** The credential's id, 1 to 1023 bytes. */
    readonly credentialId: Bytes
    /** The relying party: a domain. */
    readonly rpId: string
    /** How the authenticator may be reached, as it said when the passkey was made; hints for the dialog, not authenticated. */
    readonly transports: readonly string[]
  }
  readonly escrow: {
    /** `HPKE`: X-Wing, with HKDF-SHA256 and AES-256-GCM. */
    readonly algorithm: EscrowAlgorithm
  }
}
export type ProtectorType = keyof ProtectorParameters
export type EscrowAlgorithm = 'HPKE' | 'RSAES_OAEP_SHA_256'

/** A recovery secret, sealed to a protector's public key. */
export interface Wrap {
  /** Of the recovery pair whose seed is in it. */
  readonly pairId: string
  /** What HPKE needs to open it, 1120 bytes; of RSA nothing. */
  readonly encapsulated: Bytes
  readonly ciphertext: Bytes
}

/** One of one type. */
export interface ProtectorOf<Type extends ProtectorType> {
  readonly id: string
  readonly type: Type
  /** What the person calls it. */
  readonly label: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly parameters: ProtectorParameters[Type]
  /** X-Wing, 1216 bytes, whose private half what the person has makes; of an escrow holder its own, or an RSA SubjectPublicKeyInfo. */
  readonly publicKey: Bytes
  /** The root's signature over what the protector is, with its public key: nobody else adds one, or puts another key there. */
  readonly certificate?: Bytes
  /** One, and while the pair is renewed two. */
  readonly wraps: readonly Wrap[]
  /** An HMAC that vouches for the vault's root, by a key that only the person can make; escrow has none. */
  readonly vouch?: Bytes
}

/** One of those that open a vault. */
export type ProtectorRecord<Type extends ProtectorType = ProtectorType> = { [Each in Type]: ProtectorOf<Each> }[Type]
