/** aws-facts section 1: the shape of errors. */
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../fixtures/vault.js'
import {
  agreement,
  expectRefusal,
  hmac,
  newAwsKey,
  noMessage,
  p256,
  post,
  rsaSigner,
  sdkErrorOf,
  sharedAws,
} from '../fixtures.js'

const shared = sharedAws()

/** The one violated constraint, in AWS's words. */
const violation = (rest: string) => `1 validation error detected: ${rest}`

test('1 an error is HTTP 400 with __type, a bare name, and message in lower case', async () => {
  const { statusCode, body } = await post(shared.vault, 'DescribeKey', { KeyId: 'fake-key-id' })
  expect(statusCode).toBe(400)
  expect(JSON.parse(body)).toEqual({ __type: 'NotFoundException', message: "Invalid keyId 'fake-key-id'" })
})

describe('1 errors without a message', () => {
  test('InvalidCiphertextException', async () => {
    await expectRefusal(shared.aws.decrypt({ CiphertextBlob: utf8('none') }), 'InvalidCiphertextException', noMessage)
  })

  test('KMSInvalidSignatureException', async () => {
    const { aws } = shared
    const { KeyId } = await newAwsKey(aws, p256)
    const verified = aws.verify({
      KeyId,
      Message: utf8('text'),
      Signature: utf8('none'),
      SigningAlgorithm: 'ECDSA_SHA_256',
    })
    await expectRefusal(verified, 'KMSInvalidSignatureException', noMessage)
  })

  test('KMSInvalidMacException', async () => {
    const { aws } = shared
    const { KeyId } = await newAwsKey(aws, hmac)
    const verified = aws.verifyMac({ KeyId, Message: utf8('text'), Mac: utf8('none'), MacAlgorithm: 'HMAC_SHA_256' })
    await expectRefusal(verified, 'KMSInvalidMacException', noMessage)
  })

  test.each([rsaSigner, p256, hmac])(
    'UnsupportedOperationException from RotateKeyOnDemand on $KeySpec',
    async (kind) => {
      const { aws } = shared
      const { KeyId } = await newAwsKey(aws, kind)
      await expectRefusal(aws.rotateKeyOnDemand({ KeyId }), 'UnsupportedOperationException', noMessage)
    },
  )

  test('ValidationException from DeriveSharedSecret with an unreadable public key', async () => {
    const { aws } = shared
    const { KeyId } = await newAwsKey(aws, agreement)
    const derived = aws.deriveSharedSecret({ KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey: utf8('no DER') })
    await expectRefusal(derived, 'ValidationException', noMessage)
  })

  test('the SDK’s error has one all the same, of its own; vault.kms says what is wrong', async () => {
    const CiphertextBlob = utf8('none')
    const error = await sdkErrorOf(shared.aws.decrypt({ CiphertextBlob }))
    expect(typeof error.message).toBe('string')
    await expect(shared.vault.kms.decrypt({ CiphertextBlob })).rejects.toThrow(/\w+ \w+/)
  })
})

describe('1 constraint violations', () => {
  test('the member is in lower camel case, whatever the request’s case', async () => {
    await expectRefusal(
      shared.aws.createKey({ KeySpec: 'AES' as 'RSA_2048' }),
      'ValidationException',
      /^1 validation error detected: Value 'AES' at 'keySpec' failed to satisfy constraint: Member must /,
    )
  })

  test('a blob’s value is not shown', async () => {
    const { KeyId } = await newAwsKey(shared.aws)
    await expectRefusal(
      shared.aws.encrypt({ KeyId, Plaintext: new Uint8Array(4097) }),
      'ValidationException',
      violation(
        "Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096",
      ),
    )
  })

  test('elements of lists are counted from 1, and the offending string is shown in full, however long', async () => {
    const { KeyId } = await newAwsKey(shared.aws)
    const TagKey = 'x'.repeat(5000)
    await expectRefusal(
      shared.aws.tagResource({ KeyId, Tags: [{ TagKey, TagValue: '' }] }),
      'ValidationException',
      violation(
        `Value '${TagKey}' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length less than or equal to 128`,
      ),
    )
  })

  test('enum: the values are unquoted', async () => {
    await expectRefusal(
      shared.aws.createKey({ KeyUsage: 'NONE' as 'SIGN_VERIFY' }),
      'ValidationException',
      /^1 validation error detected: Value 'NONE' at 'keyUsage' failed to satisfy constraint: Member must satisfy enum value set: \[[A-Z_]+(?:, [A-Z_]+)*\]$/,
    )
  })

  test.each([
    [0, 'have value greater than or equal to 1'],
    [1001, 'have value less than or equal to 1000'],
  ])('numbers: Limit %i', async (Limit, constraint) => {
    await expectRefusal(
      shared.aws.listKeys({ Limit }),
      'ValidationException',
      violation(`Value '${Limit}' at 'limit' failed to satisfy constraint: Member must ${constraint}`),
    )
  })

  test('length: too short', async () => {
    await expectRefusal(
      shared.aws.listKeys({ Marker: '' }),
      'ValidationException',
      violation(
        "Value '' at 'marker' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    )
  })

  test('pattern', async () => {
    await expectRefusal(
      shared.aws.createAlias({ AliasName: 'alias/a b', TargetKeyId: 'x' }),
      'ValidationException',
      violation(
        "Value 'alias/a b' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
      ),
    )
  })
})
