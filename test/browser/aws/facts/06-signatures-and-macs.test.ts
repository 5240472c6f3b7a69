/** aws-facts section 6: Sign, Verify, MACs, shared secrets. */
import type { KMS, SigningAlgorithmSpec } from '@aws-sdk/client-kms'
import { describe, expect, test } from 'vitest'
import { freshVault, utf8 } from '../../fixtures/vault.js'
import {
  agreement,
  answerOf,
  bytes,
  expectRefusal,
  hmac,
  newAwsKey,
  noMessage,
  p256,
  rsaSigner,
  sdkClient,
  sharedAws,
} from '../fixtures.js'

const shared = sharedAws()
const Message = utf8('text')
const SigningAlgorithm = 'ECDSA_SHA_256'
const MacAlgorithm = 'HMAC_SHA_256'

async function publicKeyOf(aws: KMS, KeyId: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array((await aws.getPublicKey({ KeyId })).PublicKey as Uint8Array)
}

test('6 the answers of Sign and Verify', async () => {
  const { aws } = shared
  const { KeyId, Arn } = await newAwsKey(aws, p256)
  const signed = await answerOf(aws.sign({ KeyId, Message, SigningAlgorithm }))
  expect(signed).toEqual({ KeyId: Arn, Signature: bytes, SigningAlgorithm })
  const Signature = signed.Signature as Uint8Array
  const verified = await answerOf(aws.verify({ KeyId, Message, Signature, SigningAlgorithm }))
  expect(verified).toEqual({ KeyId: Arn, SignatureValid: true, SigningAlgorithm })
})

test.each(['bad signature', 'other message'])('6 %s: KMSInvalidSignatureException, no message', async (what) => {
  const { aws } = shared
  const { KeyId } = await newAwsKey(aws, p256)
  const { Signature } = await aws.sign({ KeyId, Message, SigningAlgorithm })
  const request =
    what === 'other message' ? { Message: utf8('other'), Signature } : { Message, Signature: utf8('signature') }
  const verified = aws.verify({ KeyId, ...request, SigningAlgorithm })
  await expectRefusal(verified, 'KMSInvalidSignatureException', noMessage)
})

test('6 MessageType DIGEST of wrong length, for Sign and Verify', async () => {
  const aws = sdkClient((await freshVault({ digestSigning: true })).vault)
  const { KeyId } = await newAwsKey(aws, rsaSigner)
  const request = { KeyId, Message, MessageType: 'DIGEST', SigningAlgorithm: 'RSASSA_PSS_SHA_256' } as const
  const message = 'Digest is invalid length for algorithm RSASSA_PSS_SHA_256.'
  await expectRefusal(aws.sign(request), 'ValidationException', message)
  await expectRefusal(aws.verify({ ...request, Signature: utf8('signature') }), 'ValidationException', message)
})

test.each([256, 384, 512])('6 PSS with SHA-%i: salt of the digest’s length, MGF1 with the same hash', async (bits) => {
  const { aws } = shared
  const { KeyId } = await newAwsKey(aws, rsaSigner)
  const algorithm = `RSASSA_PSS_SHA_${bits}` as SigningAlgorithmSpec
  const { Signature } = await aws.sign({ KeyId, Message, SigningAlgorithm: algorithm })
  // WebCrypto verifies with the one hash for both.
  const scheme = { name: 'RSA-PSS', hash: `SHA-${bits}` }
  const key = await crypto.subtle.importKey('spki', await publicKeyOf(aws, KeyId), scheme, false, ['verify'])
  const signature = new Uint8Array(Signature as Uint8Array)
  expect(await crypto.subtle.verify({ ...scheme, saltLength: bits / 8 }, key, signature, Message)).toBe(true)
})

test('6 ECDSA signatures are ASN.1 DER', async () => {
  const { aws } = shared
  const { KeyId } = await newAwsKey(aws, p256)
  const { Signature } = await aws.sign({ KeyId, Message, SigningAlgorithm })
  const [tag, length, integer] = Signature as Uint8Array
  expect([tag, length, integer]).toEqual([0x30, (Signature as Uint8Array).length - 2, 0x02])
})

test('6 the algorithm of another spec', async () => {
  const { aws } = shared
  const { KeyId } = await newAwsKey(aws, { KeySpec: 'HMAC_224', KeyUsage: 'GENERATE_VERIFY_MAC' })
  await expectRefusal(
    aws.generateMac({ KeyId, Message, MacAlgorithm }),
    'InvalidKeyUsageException',
    'Algorithm HMAC_SHA_256 is incompatible with key spec HMAC_224.',
  )
})

describe('6 MACs', () => {
  test('the answers', async () => {
    const { aws } = shared
    const { KeyId, Arn } = await newAwsKey(aws, hmac)
    const generated = await answerOf(aws.generateMac({ KeyId, Message, MacAlgorithm }))
    expect(generated).toEqual({ KeyId: Arn, Mac: bytes, MacAlgorithm })
    const verified = await answerOf(aws.verifyMac({ KeyId, Message, MacAlgorithm, Mac: generated.Mac as Uint8Array }))
    expect(verified).toEqual({ KeyId: Arn, MacAlgorithm, MacValid: true })
  })

  test.each(['wrong Mac', 'other message'])('%s: KMSInvalidMacException, no message', async (what) => {
    const { aws } = shared
    const { KeyId } = await newAwsKey(aws, hmac)
    const { Mac } = await aws.generateMac({ KeyId, Message, MacAlgorithm })
    const request = what === 'other message' ? { Message: utf8('other'), Mac } : { Message, Mac: utf8('mac') }
    await expectRefusal(aws.verifyMac({ KeyId, ...request, MacAlgorithm }), 'KMSInvalidMacException', noMessage)
  })

  test('unknown MacAlgorithm', async () => {
    const { KeyId } = await newAwsKey(shared.aws, hmac)
    await expectRefusal(
      shared.aws.generateMac({ KeyId, Message, MacAlgorithm: 'MD5' as 'HMAC_SHA_256' }),
      'ValidationException',
      /Value 'MD5' at 'macAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: \[.*HMAC_SHA_256.*\]$/,
    )
  })
})

describe('6 DeriveSharedSecret', () => {
  const KeyAgreementAlgorithm = 'ECDH'

  test('its answer; the secret is the raw x coordinate', async () => {
    const { aws } = shared
    const { KeyId, Arn } = await newAwsKey(aws, agreement)
    const curve = { name: 'ECDH', namedCurve: 'P-256' }
    const peer = await crypto.subtle.generateKey(curve, false, ['deriveBits'])
    const PublicKey = new Uint8Array(await crypto.subtle.exportKey('spki', peer.publicKey))
    const derived = await answerOf(aws.deriveSharedSecret({ KeyId, KeyAgreementAlgorithm, PublicKey }))
    expect(derived).toEqual({ KeyAgreementAlgorithm, KeyId: Arn, KeyOrigin: 'AWS_KMS', SharedSecret: bytes })
    const ours = await crypto.subtle.importKey('spki', await publicKeyOf(aws, KeyId), curve, false, [])
    const bits = await crypto.subtle.deriveBits({ name: 'ECDH', public: ours }, peer.privateKey, 256)
    expect(derived.SharedSecret).toEqual(new Uint8Array(bits))
  })

  test('unknown algorithm', async () => {
    const { KeyId } = await newAwsKey(shared.aws, agreement)
    await expectRefusal(
      shared.aws.deriveSharedSecret({ KeyId, KeyAgreementAlgorithm: 'DH' as 'ECDH', PublicKey: Message }),
      'ValidationException',
      "1 validation error detected: Value 'DH' at 'keyAgreementAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [ECDH]",
    )
  })

  test('PublicKey that is no DER: ValidationException, no message', async () => {
    const { KeyId } = await newAwsKey(shared.aws, agreement)
    const derived = shared.aws.deriveSharedSecret({ KeyId, KeyAgreementAlgorithm, PublicKey: Message })
    await expectRefusal(derived, 'ValidationException', noMessage)
  })
})
