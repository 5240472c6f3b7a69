/**
 * Fixed DER prefixes (RFC 5280, RFC 5480, RFC 5958, FIPS 203 and 204's OIDs). Every key of a spec has the same lengths,
 * so that its encoding is a constant followed by the bytes; anything that has to be parsed is left to libraries.
 */
import { type Bytes, concatenate, hexToBytes, lengthOf } from '../../src/contract/bytes.js'
import { secretBytes } from './secret-bytes.js'

/** SubjectPublicKeyInfo: the prefix before the raw public key. */
export const publicKeyPrefixes = {
  ECC_NIST_P256: '3059301306072a8648ce3d020106082a8648ce3d030107034200',
  ECC_NIST_P384: '3076301006072a8648ce3d020106052b81040022036200',
  ECC_NIST_P521: '30819b301006072a8648ce3d020106052b8104002303818600',
  ECC_SECG_P256K1: '3056301006072a8648ce3d020106052b8104000a034200',
  SM2: '3059301306072a8648ce3d020106082a811ccf5501822d034200',
  ECC_NIST_EDWARDS25519: '302a300506032b6570032100',
  ML_DSA_44: '30820532300b06096086480165030403110382052100',
  ML_DSA_65: '308207b2300b0609608648016503040312038207a100',
  ML_DSA_87: '30820a32300b060960864801650304031303820a2100',
  ML_KEM_512: '30820332300b06096086480165030404010382032100',
  ML_KEM_768: '308204b2300b0609608648016503040402038204a100',
  ML_KEM_1024: '30820632300b06096086480165030404030382062100',
} as const

/** DER SubjectPublicKeyInfo of a raw public key (curves: the uncompressed point). */
export function toSpki(spec: keyof typeof publicKeyPrefixes, raw: Uint8Array): Bytes {
  return concatenate([hexToBytes(publicKeyPrefixes[spec]), raw])
}

/** The raw public key in a SubjectPublicKeyInfo that this module made. */
export function rawPublicKey(spec: keyof typeof publicKeyPrefixes, spki: Bytes): Bytes {
  return spki.subarray(publicKeyPrefixes[spec].length / 2)
}

/** PKCS #8 of a scalar on a curve, with its public point (RFC 5915): prefix, scalar, middle, point. */
const privateKeyForms = {
  ECC_NIST_P256: ['308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420', 'a144034200'],
  ECC_NIST_P384: ['3081b6020100301006072a8648ce3d020106052b8104002204819e30819b0201010430', 'a164036200'],
  ECC_NIST_P521: ['3081ee020100301006072a8648ce3d020106052b810400230481d63081d30201010442', 'a1818903818600'],
  ECC_SECG_P256K1: ['308184020100301006072a8648ce3d020106052b8104000a046d306b0201010420', 'a144034200'],
  SM2: ['308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420', 'a144034200'],
} as const

export function toPkcs8(spec: keyof typeof privateKeyForms, scalar: Uint8Array, point: Uint8Array): Bytes {
  const [prefix, middle] = privateKeyForms[spec]
  return concatenate([hexToBytes(prefix), scalar, hexToBytes(middle), point])
}

/** PKCS #8 of an Ed25519 seed (RFC 8410). */
export function seedToEd25519Pkcs8(seed: Uint8Array): Bytes {
  const parts = [hexToBytes('302e020100300506032b657004220420'), seed]
  return concatenate(parts, secretBytes(lengthOf(parts)))
}

/** PKCS #8 of a seed alone, context tag 0: of ML-DSA (RFC 9881, 32 bytes) and ML-KEM (RFC 9935, 64 bytes). */
const seedPrefixes = {
  ML_DSA_44: '3034020100300b060960864801650304031104228020',
  ML_DSA_65: '3034020100300b060960864801650304031204228020',
  ML_DSA_87: '3034020100300b060960864801650304031304228020',
  ML_KEM_512: '3054020100300b060960864801650304040104428040',
  ML_KEM_768: '3054020100300b060960864801650304040204428040',
  ML_KEM_1024: '3054020100300b060960864801650304040304428040',
} as const

export function seedToPkcs8(spec: keyof typeof seedPrefixes, seed: Uint8Array): Bytes {
  const parts = [hexToBytes(seedPrefixes[spec]), seed]
  return concatenate(parts, secretBytes(lengthOf(parts)))
}

/** Bytes of a spec's seed. */
export function seedLength(spec: keyof typeof seedPrefixes): number {
  return hexToBytes(seedPrefixes[spec]).at(-1) as number
}

/**
 * The seed in what {@link seedToPkcs8} has made, as a view of it.
 *
 * @throws TypeError if it is of another form or spec
 */
export function seedInPkcs8(spec: keyof typeof seedPrefixes, pkcs8: Bytes): Bytes {
  const prefix = hexToBytes(seedPrefixes[spec])
  const isIt = pkcs8.byteLength === prefix.byteLength + seedLength(spec)
  if (!isIt || prefix.some((byte, index) => byte !== pkcs8[index])) throw new TypeError(`this is no seed of ${spec}`)
  return pkcs8.subarray(prefix.byteLength)
}
