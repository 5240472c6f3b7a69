/** What each key spec can be used for, and with which algorithms (MGT-22). A new key spec is a row here. */
import type { KeySpec, KeyUsage, Value } from './shapes.js'

/** The algorithm list that DescribeKey shows for one usage of a key spec. */
export interface KeyAlgorithms {
  readonly EncryptionAlgorithms?: readonly Value<'EncryptionAlgorithmSpec'>[]
  readonly SigningAlgorithms?: readonly Value<'SigningAlgorithmSpec'>[]
  readonly MacAlgorithms?: readonly Value<'MacAlgorithmSpec'>[]
  readonly KeyAgreementAlgorithms?: readonly Value<'KeyAgreementAlgorithmSpec'>[]
  readonly EncapsulationAlgorithms?: readonly Value<'EncapsulationAlgorithmSpec'>[]
}

/** The families between which an alias cannot move (MGT-63). */
export type KeyType = 'symmetric' | 'hmac' | 'asymmetric'

export interface KeySpecRow {
  readonly type: KeyType
  readonly usages: { readonly [Usage in KeyUsage]?: KeyAlgorithms }
}

const RSA: KeySpecRow = {
  type: 'asymmetric',
  usages: {
    ENCRYPT_DECRYPT: { EncryptionAlgorithms: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] },
    SIGN_VERIFY: {
      SigningAlgorithms: [
        'RSASSA_PKCS1_V1_5_SHA_256',
        'RSASSA_PKCS1_V1_5_SHA_384',
        'RSASSA_PKCS1_V1_5_SHA_512',
        'RSASSA_PSS_SHA_256',
        'RSASSA_PSS_SHA_384',
        'RSASSA_PSS_SHA_512',
      ],
    },
  },
}
const signing = (...SigningAlgorithms: Value<'SigningAlgorithmSpec'>[]): KeySpecRow['usages'] => ({
  SIGN_VERIFY: { SigningAlgorithms },
})
const nistCurve = (algorithm: Value<'SigningAlgorithmSpec'>): KeySpecRow => ({
  type: 'asymmetric',
  usages: { ...signing(algorithm), KEY_AGREEMENT: { KeyAgreementAlgorithms: ['ECDH'] } },
})
const hmac = (algorithm: Value<'MacAlgorithmSpec'>): KeySpecRow => ({
  type: 'hmac',
  usages: { GENERATE_VERIFY_MAC: { MacAlgorithms: [algorithm] } },
})
const ML_DSA: KeySpecRow = { type: 'asymmetric', usages: signing('ML_DSA_SHAKE_256') }
const ML_KEM: KeySpecRow = {
  type: 'asymmetric',
  usages: { ENCAPSULATE_DECAPSULATE: { EncapsulationAlgorithms: ['ML_KEM'] } },
}

/** All key specs of the contract. */
export const keySpecs: { readonly [Spec in KeySpec]: KeySpecRow } = {
  SYMMETRIC_DEFAULT: {
    type: 'symmetric',
    usages: { ENCRYPT_DECRYPT: { EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'] } },
  },
  RSA_2048: RSA,
  RSA_3072: RSA,
  RSA_4096: RSA,
  ECC_NIST_P256: nistCurve('ECDSA_SHA_256'),
  ECC_NIST_P384: nistCurve('ECDSA_SHA_384'),
  ECC_NIST_P521: nistCurve('ECDSA_SHA_512'),
  ECC_SECG_P256K1: { type: 'asymmetric', usages: signing('ECDSA_SHA_256') },
  ECC_NIST_EDWARDS25519: { type: 'asymmetric', usages: signing('ED25519_SHA_512', 'ED25519_PH_SHA_512') },
  SM2: {
    type: 'asymmetric',
    usages: {
      ENCRYPT_DECRYPT: { EncryptionAlgorithms: ['SM2PKE'] },
      ...signing('SM2DSA'),
      KEY_AGREEMENT: { KeyAgreementAlgorithms: ['ECDH'] },
    },
  },
  HMAC_224: hmac('HMAC_SHA_224'),
  HMAC_256: hmac('HMAC_SHA_256'),
  HMAC_384: hmac('HMAC_SHA_384'),
  HMAC_512: hmac('HMAC_SHA_512'),
  ML_DSA_44: ML_DSA,
  ML_DSA_65: ML_DSA,
  ML_DSA_87: ML_DSA,
  ML_KEM_512: ML_KEM,
  ML_KEM_768: ML_KEM,
  ML_KEM_1024: ML_KEM,
}
