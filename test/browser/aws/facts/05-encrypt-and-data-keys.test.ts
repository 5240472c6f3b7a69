/** aws-facts section 5: Encrypt, Decrypt, ReEncrypt, data keys, random bytes. */
import { describe, expect, test } from 'vitest'
import { keyArn, utf8 } from '../../fixtures/vault.js'
import {
  agreement,
  answerOf,
  bytes,
  expectRefusal,
  hmac,
  materialId,
  newAwsKey,
  noMessage,
  p256,
  rsa,
  sharedAws,
} from '../fixtures.js'

const shared = sharedAws()
const Plaintext = utf8('text')

describe('5 answers', () => {
  test('Encrypt, Decrypt', async () => {
    const { aws } = shared
    const { KeyId, Arn } = await newAwsKey(aws)
    const encrypted = await answerOf(aws.encrypt({ KeyId, Plaintext }))
    expect(encrypted).toEqual({ CiphertextBlob: bytes, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT', KeyId: Arn })
    const CiphertextBlob = encrypted.CiphertextBlob as Uint8Array
    const decrypted = await answerOf(aws.decrypt({ CiphertextBlob }))
    expect(decrypted).toEqual({
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      KeyId: Arn,
      KeyMaterialId: materialId,
      Plaintext,
    })
  })

  test('Decrypt with an RSA key has no KeyMaterialId', async () => {
    const { aws } = shared
    const { KeyId, Arn } = await newAwsKey(aws, rsa)
    const EncryptionAlgorithm = 'RSAES_OAEP_SHA_256'
    const { CiphertextBlob } = await aws.encrypt({ KeyId, Plaintext, EncryptionAlgorithm })
    const decrypted = await answerOf(aws.decrypt({ KeyId, CiphertextBlob, EncryptionAlgorithm }))
    expect(decrypted).toEqual({ EncryptionAlgorithm, KeyId: Arn, Plaintext })
  })

  test('ReEncrypt', async () => {
    const { aws } = shared
    const [source, destination] = [await newAwsKey(aws), await newAwsKey(aws)]
    const { CiphertextBlob } = await aws.encrypt({ KeyId: source.KeyId, Plaintext })
    const answer = await answerOf(aws.reEncrypt({ CiphertextBlob, DestinationKeyId: destination.KeyId }))
    expect(answer).toEqual({
      CiphertextBlob: bytes,
      SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      SourceKeyId: source.Arn,
      KeyId: destination.Arn,
      SourceKeyMaterialId: materialId,
      DestinationKeyMaterialId: materialId,
    })
  })

  test('the four data-key operations', async () => {
    const { aws } = shared
    const { KeyId, Arn } = await newAwsKey(aws)
    const [KeySpec, KeyPairSpec] = ['AES_256', 'ECC_NIST_P256'] as const
    const symmetric = { CiphertextBlob: bytes, KeyId: Arn, KeyMaterialId: materialId }
    const pair = {
      PrivateKeyCiphertextBlob: bytes,
      PublicKey: bytes,
      KeyId: Arn,
      KeyPairSpec,
      KeyMaterialId: materialId,
    }
    expect(await answerOf(aws.generateDataKey({ KeyId, KeySpec }))).toEqual({ ...symmetric, Plaintext: bytes })
    expect(await answerOf(aws.generateDataKeyWithoutPlaintext({ KeyId, KeySpec }))).toEqual(symmetric)
    expect(await answerOf(aws.generateDataKeyPairWithoutPlaintext({ KeyId, KeyPairSpec }))).toEqual(pair)
    expect(await answerOf(aws.generateDataKeyPair({ KeyId, KeyPairSpec }))).toEqual({
      ...pair,
      PrivateKeyPlaintext: bytes,
    })
  })

  test('GenerateDataKeyPair: PKCS#8 and SPKI in DER; decrypting the private key gives it again, in the same context', async () => {
    const { aws } = shared
    const { KeyId } = await newAwsKey(aws)
    const EncryptionContext = { purpose: 'test' }
    const { PrivateKeyPlaintext, PublicKey, PrivateKeyCiphertextBlob } = await aws.generateDataKeyPair({
      KeyId,
      KeyPairSpec: 'ECC_NIST_P256',
      EncryptionContext,
    })
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
    const privateKey = new Uint8Array(PrivateKeyPlaintext as Uint8Array)
    const signer = await crypto.subtle.importKey('pkcs8', privateKey, algorithm, false, ['sign'])
    const publicKey = new Uint8Array(PublicKey as Uint8Array)
    const verifier = await crypto.subtle.importKey('spki', publicKey, algorithm, false, ['verify'])
    const hashed = { ...algorithm, hash: 'SHA-256' }
    const signature = await crypto.subtle.sign(hashed, signer, Plaintext)
    expect(await crypto.subtle.verify(hashed, verifier, signature, Plaintext)).toBe(true)
    const opened = await aws.decrypt({ CiphertextBlob: PrivateKeyCiphertextBlob, EncryptionContext })
    expect(opened.Plaintext).toEqual(PrivateKeyPlaintext)
    await expectRefusal(
      aws.decrypt({ CiphertextBlob: PrivateKeyCiphertextBlob }),
      'InvalidCiphertextException',
      noMessage,
    )
  })
})

describe('5 a ciphertext is refused', () => {
  const EncryptionContext = { purpose: 'test' }
  test.each([
    ['context missing', (CiphertextBlob: Uint8Array) => ({ CiphertextBlob })],
    ['other context', (CiphertextBlob: Uint8Array) => ({ CiphertextBlob, EncryptionContext: { purpose: 'other' } })],
    ['cut', (blob: Uint8Array) => ({ CiphertextBlob: blob.slice(0, -1), EncryptionContext })],
    ['bytes appended', (blob: Uint8Array) => ({ CiphertextBlob: Uint8Array.of(...blob, 0), EncryptionContext })],
  ])('%s', async (_title, change) => {
    const { aws } = shared
    const { KeyId } = await newAwsKey(aws)
    const { CiphertextBlob } = await aws.encrypt({ KeyId, Plaintext, EncryptionContext })
    const changed = change(CiphertextBlob as Uint8Array)
    await expectRefusal(aws.decrypt(changed), 'InvalidCiphertextException', noMessage)
    const { EncryptionContext: SourceEncryptionContext, ...rest } = changed as typeof changed & {
      EncryptionContext?: Record<string, string>
    }
    await expectRefusal(
      aws.reEncrypt({ ...rest, SourceEncryptionContext, DestinationKeyId: KeyId }),
      'InvalidCiphertextException',
      noMessage,
    )
  })

  test.each([{}, hmac])('Decrypt and ReEncrypt naming another key: %o, before its usage is looked at', async (kind) => {
    const { aws } = shared
    const [{ KeyId }, other] = [await newAwsKey(aws), await newAwsKey(aws, kind)]
    const { CiphertextBlob } = await aws.encrypt({ KeyId, Plaintext })
    const message = 'The key ID in the request does not identify a CMK that can perform this operation.'
    await expectRefusal(aws.decrypt({ CiphertextBlob, KeyId: other.KeyId }), 'IncorrectKeyException', message)
    const moved = aws.reEncrypt({ CiphertextBlob, SourceKeyId: other.KeyId, DestinationKeyId: KeyId })
    await expectRefusal(moved, 'IncorrectKeyException', message)
  })
})

test('5 ReEncrypt to a SIGN_VERIFY key', async () => {
  const { aws } = shared
  const [{ KeyId }, signer] = [await newAwsKey(aws), await newAwsKey(aws, p256)]
  const { CiphertextBlob } = await aws.encrypt({ KeyId, Plaintext })
  await expectRefusal(
    aws.reEncrypt({ CiphertextBlob, DestinationKeyId: signer.KeyId }),
    'InvalidKeyUsageException',
    new RegExp(`^${signer.Arn} key usage is SIGN_VERIFY which is not valid for ReEncrypt`),
  )
})

describe('5 key usage that does not fit', () => {
  test('GenerateMac, Sign, Verify, DeriveSharedSecret with an encryption key', async () => {
    const { aws } = shared
    const { KeyId, Arn } = await newAwsKey(aws)
    const { PublicKey } = await aws.getPublicKey({ KeyId: (await newAwsKey(aws, agreement)).KeyId })
    const Message = Plaintext
    const SigningAlgorithm = 'ECDSA_SHA_256'
    const refused = (attempt: Promise<unknown>, operation: string) =>
      expectRefusal(
        attempt,
        'InvalidKeyUsageException',
        `${Arn} key usage is ENCRYPT_DECRYPT which is not valid for ${operation}.`,
      )
    await refused(aws.generateMac({ KeyId, Message, MacAlgorithm: 'HMAC_SHA_256' }), 'GenerateMac')
    await refused(aws.sign({ KeyId, Message, SigningAlgorithm }), 'Sign')
    await refused(aws.verify({ KeyId, Message, SigningAlgorithm, Signature: Message }), 'Verify')
    const derived = aws.deriveSharedSecret({ KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey })
    await refused(derived, 'DeriveSharedSecret')
  })

  test('Encrypt with a MAC key', async () => {
    const { KeyId, Arn } = await newAwsKey(shared.aws, hmac)
    await expectRefusal(
      shared.aws.encrypt({ KeyId, Plaintext }),
      'InvalidKeyUsageException',
      `${Arn} key usage is GENERATE_VERIFY_MAC which is not valid for Encrypt.`,
    )
  })
})

test.each([
  [4097, 'less than or equal to 4096'],
  [0, 'greater than or equal to 1'],
])('5 a symmetric plaintext of %i bytes', async (length, limit) => {
  const { KeyId } = await newAwsKey(shared.aws)
  await expectRefusal(
    shared.aws.encrypt({ KeyId, Plaintext: new Uint8Array(length) }),
    'ValidationException',
    `1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length ${limit}`,
  )
})

test.each([
  ['RSA_2048', 214, 190],
  ['RSA_3072', 342, 318],
  ['RSA_4096', 470, 446],
] as const)('5 limits of %s: %i and %i bytes', async (KeySpec, sha1, sha256) => {
  const { aws } = shared
  const { KeyId } = await newAwsKey(aws, { KeySpec, KeyUsage: 'ENCRYPT_DECRYPT' })
  for (const [EncryptionAlgorithm, limit] of [
    ['RSAES_OAEP_SHA_1', sha1],
    ['RSAES_OAEP_SHA_256', sha256],
  ] as const) {
    await aws.encrypt({ KeyId, EncryptionAlgorithm, Plaintext: new Uint8Array(limit) })
    await expectRefusal(
      aws.encrypt({ KeyId, EncryptionAlgorithm, Plaintext: new Uint8Array(limit + 1) }),
      'ValidationException',
      `Algorithm ${EncryptionAlgorithm} and key spec ${KeySpec} cannot encrypt data larger than ${limit} bytes.`,
    )
  }
})

test('5 ciphertexts from before a rotation still decrypt', async () => {
  const { aws } = shared
  const { KeyId } = await newAwsKey(aws)
  const { CiphertextBlob } = await aws.encrypt({ KeyId, Plaintext })
  await aws.rotateKeyOnDemand({ KeyId })
  expect((await aws.decrypt({ CiphertextBlob })).Plaintext).toEqual(Plaintext)
})

test('5 a DryRun that would succeed', async () => {
  const { KeyId } = await newAwsKey(shared.aws)
  await expectRefusal(
    shared.aws.encrypt({ KeyId, Plaintext, DryRun: true }),
    'DryRunOperationException',
    'The request would have succeeded, but the DryRun option is set.',
  )
})

describe('5 GenerateRandom', () => {
  const constraint = "at 'numberOfBytes' failed to satisfy constraint: Member must have value"
  test.each([
    [undefined, 'NumberOfBytes is required.'],
    [0, `1 validation error detected: Value '0' ${constraint} greater than or equal to 1`],
    [1025, `1 validation error detected: Value '1025' ${constraint} less than or equal to 1024`],
  ])('NumberOfBytes %s', async (NumberOfBytes, message) => {
    await expectRefusal(shared.aws.generateRandom({ NumberOfBytes }), 'ValidationException', message)
  })
})

test('5 a key that does not exist, in any of these', async () => {
  const KeyId = crypto.randomUUID()
  const message = `Key '${keyArn(KeyId)}' does not exist`
  await expectRefusal(shared.aws.generateDataKey({ KeyId, KeySpec: 'AES_256' }), 'NotFoundException', message)
})
