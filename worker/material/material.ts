import type { Bytes } from '../../src/contract/bytes.js'

/** Key material as it is stored. */
export interface Material {
  /** Non-extractable handles by what they do; WebCrypto binds one hash and one padding to a handle. */
  readonly handles: Readonly<Record<string, CryptoKey>>
  /** Private bytes, sealed; only for what WebCrypto cannot do. */
  readonly sealed?: Bytes
  /** What they are sealed under, if it is not the vault's own sealing key: a replica's come from another Region. */
  readonly sealedUnder?: CryptoKey
  /** DER SubjectPublicKeyInfo (RFC 5280), of asymmetric material. */
  readonly publicKey?: Bytes
}
