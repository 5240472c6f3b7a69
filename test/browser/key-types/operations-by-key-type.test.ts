/** KTYPE-3: every cryptographic operation with a key of every kind. */
import type { KeyMetadata, OperationName } from 'browser-kms'
import { beforeAll, describe, expect, test } from 'vitest'
import { operations } from '../../../src/contract/model.js'
import { builtOperations } from '../../../worker/operations/table.js'
import { agreementKey, encapsulationKey, encryptionKey, macKey, sharedKeys, signingKey } from '../fixtures/keys.js'
import { call, errorOf, sharedVault, utf8 } from '../fixtures/vault.js'

const kinds = {
  symmetric: encryptionKey('SYMMETRIC_DEFAULT'),
  HMAC: macKey('HMAC_256'),
  'RSA encryption': encryptionKey('RSA_2048'),
  'RSA signing': signingKey('RSA_2048'),
  'ECC signing': signingKey('ECC_NIST_P256'),
  'ECC agreement': agreementKey('ECC_NIST_P256'),
  'ML-KEM': encapsulationKey('ML_KEM_768'),
}
type Kind = keyof typeof kinds
const allKinds = Object.keys(kinds) as Kind[]

const shared = sharedVault()
const keys = sharedKeys(shared, kinds)
/** What the operations are given: made by a key that can, for the key that is asked where there is one. */
const given = {} as {
  symmetricCiphertext: Uint8Array
  rsaCiphertext: Uint8Array
  rsaSignature: Uint8Array
  eccSignature: Uint8Array
  mac: Uint8Array
  peer: Uint8Array
  encapsulated: Uint8Array
}
const Message = utf8('attack at dawn')
const Plaintext = Message
const RSAES_OAEP_SHA_256 = 'RSAES_OAEP_SHA_256'

beforeAll(async () => {
  const { kms } = shared
  const id = (kind: Kind) => ({ KeyId: keys[kind].KeyId })
  const made = await Promise.all([
    kms.encrypt({ ...id('symmetric'), Plaintext }),
    kms.encrypt({ ...id('RSA encryption'), Plaintext, EncryptionAlgorithm: RSAES_OAEP_SHA_256 }),
    kms.sign({ ...id('RSA signing'), Message, SigningAlgorithm: 'RSASSA_PSS_SHA_256' }),
    kms.sign({ ...id('ECC signing'), Message, SigningAlgorithm: 'ECDSA_SHA_256' }),
    kms.generateMac({ ...id('HMAC'), Message, MacAlgorithm: 'HMAC_SHA_256' }),
    kms.getPublicKey(id('ECC agreement')),
    kms.encapsulate({ ...id('ML-KEM'), EncapsulationAlgorithm: 'ML_KEM' }),
  ])
  given.symmetricCiphertext = made[0].CiphertextBlob
  given.rsaCiphertext = made[1].CiphertextBlob
  given.rsaSignature = made[2].Signature
  given.eccSignature = made[3].Signature
  given.mac = made[4].Mac
  given.peer = made[5].PublicKey
  given.encapsulated = made[6].SharedSecretCiphertextBlob
})

/** An error, with the text that AWS has for it (aws-facts 5) where one is recorded. */
interface Refusal {
  readonly name: string
  readonly message: (key: KeyMetadata) => string
}

interface Row {
  readonly operation: OperationName
  /** What the request asks, where an operation is asked in more than one way. */
  readonly way?: string
  /** The request for a key. */
  readonly request: (KeyId: string, kind: Kind) => Record<string, unknown>
  /** The kinds of keys that can do it (ASYM-13). */
  readonly yes: readonly Kind[]
  /** What the others answer. */
  readonly otherwise: (kind: Kind) => Refusal
}

/** The usage in the message is the key's; the name is the operation's. */
const usage = (operation: string): Refusal => ({
  name: 'InvalidKeyUsageException',
  message: ({ Arn, KeyUsage }) => `${Arn} key usage is ${KeyUsage} which is not valid for ${operation}.`,
})
const spec = (operation: string): Refusal => ({
  name: 'InvalidKeyUsageException',
  message: ({ Arn, KeySpec }) => `${Arn} key spec is ${KeySpec} which is not valid for ${operation}.`,
})
const algorithm = (name: string): Refusal => ({
  name: 'InvalidKeyUsageException',
  message: ({ KeySpec }) => `Algorithm ${name} is incompatible with key spec ${KeySpec}.`,
})
const incorrectKey: Refusal = {
  name: 'IncorrectKeyException',
  message: () => 'The key ID in the request does not identify a CMK that can perform this operation.',
}
const noPublicKey: Refusal = {
  name: 'UnsupportedOperationException',
  message: ({ Arn, KeySpec }) => `${Arn} has no public key: its key spec is ${KeySpec}.`,
}

/** For whoever has the usage but not the spec, and for the rest. */
const symmetricOnly = (operation: OperationName, request: Record<string, unknown>): Row => ({
  operation,
  request: (KeyId) => ({ KeyId, ...request }),
  yes: ['symmetric'],
  otherwise: (kind) => (kind === 'RSA encryption' ? spec(operation) : usage(operation)),
})
const byUsage = (operation: OperationName, yes: readonly Kind[], request: Row['request']): Row => ({
  operation,
  request,
  yes,
  otherwise: () => usage(operation),
})
const signingAlgorithm = (kind: Kind) => (kind === 'ECC signing' ? 'ECDSA_SHA_256' : 'RSASSA_PSS_SHA_256')

const rows: readonly Row[] = [
  {
    operation: 'Encrypt',
    way: 'with SYMMETRIC_DEFAULT',
    request: (KeyId) => ({ KeyId, Plaintext }),
    yes: ['symmetric'],
    otherwise: (kind) => (kind === 'RSA encryption' ? algorithm('SYMMETRIC_DEFAULT') : usage('Encrypt')),
  },
  {
    operation: 'Encrypt',
    way: 'with RSAES_OAEP_SHA_256',
    request: (KeyId) => ({ KeyId, Plaintext, EncryptionAlgorithm: RSAES_OAEP_SHA_256 }),
    yes: ['RSA encryption'],
    otherwise: (kind) => (kind === 'symmetric' ? algorithm(RSAES_OAEP_SHA_256) : usage('Encrypt')),
  },
  {
    operation: 'Decrypt',
    way: 'of a symmetric ciphertext that another key made',
    request: (KeyId) => ({ KeyId, CiphertextBlob: given.symmetricCiphertext }),
    yes: ['symmetric'],
    // Looked at before usage (aws-facts 5).
    otherwise: () => incorrectKey,
  },
  {
    operation: 'Decrypt',
    way: 'with RSAES_OAEP_SHA_256',
    request: (KeyId) => ({
      KeyId,
      CiphertextBlob: given.rsaCiphertext,
      EncryptionAlgorithm: RSAES_OAEP_SHA_256,
    }),
    yes: ['RSA encryption'],
    otherwise: (kind) => (kind === 'symmetric' ? algorithm(RSAES_OAEP_SHA_256) : usage('Decrypt')),
  },
  {
    operation: 'ReEncrypt',
    way: 'from a symmetric ciphertext that another key made',
    request: (SourceKeyId) => ({
      SourceKeyId,
      CiphertextBlob: given.symmetricCiphertext,
      DestinationKeyId: keys.symmetric.KeyId,
    }),
    yes: ['symmetric'],
    otherwise: () => incorrectKey,
  },
  {
    operation: 'ReEncrypt',
    way: 'from RSAES_OAEP_SHA_256',
    request: (SourceKeyId) => ({
      SourceKeyId,
      CiphertextBlob: given.rsaCiphertext,
      SourceEncryptionAlgorithm: RSAES_OAEP_SHA_256,
      DestinationKeyId: keys.symmetric.KeyId,
    }),
    yes: ['RSA encryption'],
    otherwise: (kind) => (kind === 'symmetric' ? algorithm(RSAES_OAEP_SHA_256) : usage('ReEncrypt')),
  },
  {
    operation: 'ReEncrypt',
    way: 'to SYMMETRIC_DEFAULT',
    request: (DestinationKeyId) => ({ CiphertextBlob: given.symmetricCiphertext, DestinationKeyId }),
    yes: ['symmetric'],
    otherwise: (kind) => (kind === 'RSA encryption' ? algorithm('SYMMETRIC_DEFAULT') : usage('ReEncrypt')),
  },
  {
    operation: 'ReEncrypt',
    way: 'to RSAES_OAEP_SHA_256',
    request: (DestinationKeyId) => ({
      CiphertextBlob: given.symmetricCiphertext,
      DestinationKeyId,
      DestinationEncryptionAlgorithm: RSAES_OAEP_SHA_256,
    }),
    yes: ['RSA encryption'],
    otherwise: (kind) => (kind === 'symmetric' ? algorithm(RSAES_OAEP_SHA_256) : usage('ReEncrypt')),
  },
  symmetricOnly('GenerateDataKey', { KeySpec: 'AES_256' }),
  symmetricOnly('GenerateDataKeyWithoutPlaintext', { KeySpec: 'AES_256' }),
  symmetricOnly('GenerateDataKeyPair', { KeyPairSpec: 'ECC_NIST_P256' }),
  symmetricOnly('GenerateDataKeyPairWithoutPlaintext', { KeyPairSpec: 'ECC_NIST_P256' }),
  byUsage('Sign', ['RSA signing', 'ECC signing'], (KeyId, kind) => ({
    KeyId,
    Message,
    SigningAlgorithm: signingAlgorithm(kind),
  })),
  byUsage('Verify', ['RSA signing', 'ECC signing'], (KeyId, kind) => ({
    KeyId,
    Message,
    SigningAlgorithm: signingAlgorithm(kind),
    Signature: kind === 'ECC signing' ? given.eccSignature : given.rsaSignature,
  })),
  byUsage('GenerateMac', ['HMAC'], (KeyId) => ({ KeyId, Message, MacAlgorithm: 'HMAC_SHA_256' })),
  byUsage('VerifyMac', ['HMAC'], (KeyId) => ({ KeyId, Message, MacAlgorithm: 'HMAC_SHA_256', Mac: given.mac })),
  byUsage('DeriveSharedSecret', ['ECC agreement'], (KeyId) => ({
    KeyId,
    KeyAgreementAlgorithm: 'ECDH',
    PublicKey: given.peer,
  })),
  byUsage('Encapsulate', ['ML-KEM'], (KeyId) => ({ KeyId, EncapsulationAlgorithm: 'ML_KEM' })),
  byUsage('Decapsulate', ['ML-KEM'], (KeyId) => ({
    KeyId,
    EncapsulationAlgorithm: 'ML_KEM',
    SharedSecretCiphertextBlob: given.encapsulated,
  })),
  {
    operation: 'GetPublicKey',
    request: (KeyId) => ({ KeyId }),
    yes: ['RSA encryption', 'RSA signing', 'ECC signing', 'ECC agreement', 'ML-KEM'],
    otherwise: () => noPublicKey,
  },
]

describe.each(rows.map((row) => [[row.operation, row.way].filter(Boolean).join(' '), row] as const))(
  'KTYPE-3 %s',
  (_name, { operation, request, yes, otherwise }) => {
    test.each(allKinds.filter((kind) => yes.includes(kind)))('can be done with a key for %s', async (kind) => {
      const answer = await call(shared.kms, operation, request(keys[kind].KeyId, kind))
      expect(answer[operation === 'ReEncrypt' ? 'CiphertextBlob' : 'KeyId']).toBeDefined()
    })

    test.each(allKinds.filter((kind) => !yes.includes(kind)))('is refused with a key for %s', async (kind) => {
      const expected = otherwise(kind)
      for (const DryRun of [false, true]) {
        if (operation === 'GetPublicKey' && DryRun) continue
        const error = await errorOf(
          call(shared.kms, operation, { ...request(keys[kind].KeyId, kind), ...(DryRun && { DryRun }) }),
        )
        const { name, message } = error
        expect({ name, message }).toEqual({ name: expected.name, message: expected.message(keys[kind]) })
      }
    })
  },
)

/** Operations that manage keys or need none: the cryptographic ones are those that remain. */
const managing =
  /^(Create|Describe|List|Enable|Disable|Schedule|Cancel|Update|Delete|Put|Tag|Untag|Retire|Revoke|Connect|Disconnect|Get(?!PublicKey)|Import|Replicate|Rotate|GenerateRandom)/

test('KTYPE-3 every cryptographic operation that is built has its row here, and the rest do not claim to be', () => {
  const cryptographic = Object.keys(operations).filter((name) => !managing.test(name))
  const built = cryptographic.filter((name) => (builtOperations as readonly string[]).includes(name))
  expect(new Set(rows.map(({ operation }) => operation))).toEqual(new Set(built))
})
