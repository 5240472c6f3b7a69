/** GenerateMac and VerifyMac with HMAC keys. */
import type { KeySpec, OperationInput } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { encryptionKey, macKey, sharedKeys, signingKey } from '../fixtures/keys.js'
import { call, errorOf, expectError, membersOf, openAgain, sharedVault, utf8 } from '../fixtures/vault.js'
import { concatenated, damaged, randomBytes } from './fixtures/bytes.js'

type Algorithm = NonNullable<OperationInput<'GenerateMac'>['MacAlgorithm']>

/** HMAC-1. */
const rows = [
  ['HMAC_224', 'HMAC_SHA_224', 28],
  ['HMAC_256', 'HMAC_SHA_256', 32],
  ['HMAC_384', 'HMAC_SHA_384', 48],
  ['HMAC_512', 'HMAC_SHA_512', 64],
] as const satisfies readonly (readonly [KeySpec, Algorithm, number])[]
const algorithms = rows.map(([, algorithm]) => algorithm)

const shared = sharedVault()
const keys = sharedKeys(shared, {
  HMAC_224: macKey('HMAC_224'),
  HMAC_256: macKey('HMAC_256'),
  HMAC_384: macKey('HMAC_384'),
  HMAC_512: macKey('HMAC_512'),
  symmetric: encryptionKey('SYMMETRIC_DEFAULT'),
  signing: signingKey('ECC_NIST_P256'),
})
const others = sharedKeys(shared, {
  HMAC_224: macKey('HMAC_224'),
  HMAC_256: macKey('HMAC_256'),
  HMAC_384: macKey('HMAC_384'),
  HMAC_512: macKey('HMAC_512'),
})

const Message = utf8('attack at dawn')
const lengthRefusal = (member: string, bound: string) =>
  `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length ${bound}`

describe.each(rows)('%s with %s', (spec, MacAlgorithm, length) => {
  const request = () => ({ KeyId: keys[spec].KeyId, MacAlgorithm })
  const macOf = async (Message: Uint8Array, KeyId = keys[spec].KeyId) =>
    (await shared.kms.generateMac({ KeyId, MacAlgorithm, Message })).Mac

  test(`HMAC-3 GenerateMac answers a MAC of ${length} bytes, the algorithm and the key ARN, and nothing else`, async () => {
    const answer = await membersOf(shared.kms.generateMac({ ...request(), Message }))
    expect(answer).toEqual({ KeyId: keys[spec].Arn, Mac: expect.any(Uint8Array), MacAlgorithm })
    expect(answer.Mac.byteLength).toBe(length)
  })

  test('HMAC-4 VerifyMac answers that it is valid, the algorithm and the key ARN, and nothing else', async () => {
    expect(await membersOf(shared.kms.verifyMac({ ...request(), Message, Mac: await macOf(Message) }))).toEqual({
      KeyId: keys[spec].Arn,
      MacAlgorithm,
      MacValid: true,
    })
  })

  test('HMAC-1 the MAC of a message is the same each time; of another message or key it is another', async () => {
    const [mac, again] = [await macOf(Message), await macOf(Message)]
    expect(mac).toEqual(again)
    expect(await macOf(utf8('attack at noon'))).not.toEqual(mac)
    expect(await macOf(Message, others[spec].KeyId)).not.toEqual(mac)
  })

  test('HMAC-4 what does not fit is KMSInvalidMacException, never MacValid: false', async () => {
    const mac = await macOf(Message)
    const wrong = {
      ...damaged(mac),
      'the first half': mac.slice(0, length / 2),
      '16 of its bytes': mac.slice(0, 16),
      'twice itself': concatenated(mac, mac),
      'the longest there is': concatenated(mac, new Uint8Array(6144 - length)),
      'the MAC of another message': await macOf(utf8('attack at noon')),
      'the MAC of another key': await macOf(Message, others[spec].KeyId),
    }
    for (const [what, Mac] of Object.entries(wrong)) {
      const error = await errorOf(shared.kms.verifyMac({ ...request(), Message, Mac }))
      expect([what, error.name]).toEqual([what, 'KMSInvalidMacException'])
    }
    await expectError(
      shared.kms.verifyMac({ ...request(), Message: utf8('attack at noon'), Mac: mac }),
      'KMSInvalidMacException',
    )
  })

  test('HMAC-3 a message of 1 to 4096 bytes is taken; an empty or longer one is refused', async () => {
    for (const length of [1, 4096]) {
      const Message = randomBytes(length)
      const answer = await shared.kms.verifyMac({ ...request(), Message, Mac: await macOf(Message) })
      expect(answer.MacValid).toBe(true)
    }
    for (const [length, bound] of [
      [0, 'greater than or equal to 1'],
      [4097, 'less than or equal to 4096'],
    ] as const) {
      const Message = new Uint8Array(length)
      const refusal = lengthRefusal('message', bound)
      await expectError(shared.kms.generateMac({ ...request(), Message }), 'ValidationException', refusal)
      await expectError(
        shared.kms.verifyMac({ ...request(), Message, Mac: randomBytes(32) }),
        'ValidationException',
        refusal,
      )
    }
  })

  test('HMAC-4 a MAC of 1 to 6144 bytes is looked at; an empty or longer one is refused', async () => {
    for (const [length, bound] of [
      [0, 'greater than or equal to 1'],
      [6145, 'less than or equal to 6144'],
    ] as const)
      await expectError(
        shared.kms.verifyMac({ ...request(), Message, Mac: new Uint8Array(length) }),
        'ValidationException',
        lengthRefusal('mac', bound),
      )
  })

  test('HMAC-3 a digest is a message like any other', async () => {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', Message))
    expect(await macOf(digest)).not.toEqual(await macOf(Message))
    const given = { ...request(), Message: digest, MessageType: 'DIGEST' }
    await expectError(call(shared.kms, 'GenerateMac', given), 'ValidationException', /messageType/)
  })

  test('HMAC-1 every other algorithm is InvalidKeyUsageException', async () => {
    for (const other of algorithms.filter((algorithm) => algorithm !== MacAlgorithm)) {
      const wrong = { KeyId: keys[spec].KeyId, MacAlgorithm: other, Message }
      const refusal = `Algorithm ${other} is incompatible with key spec ${spec}.`
      await expectError(shared.kms.generateMac(wrong), 'InvalidKeyUsageException', refusal)
      await expectError(
        shared.kms.verifyMac({ ...wrong, Mac: randomBytes(length) }),
        'InvalidKeyUsageException',
        refusal,
      )
    }
  })

  test('a MAC is valid in another tab too', async () => {
    const again = await openAgain(shared.name)
    const answer = await again.kms.verifyMac({ ...request(), Message, Mac: await macOf(Message) })
    expect(answer.MacValid).toBe(true)
  })
})

describe('requests', () => {
  test('HMAC-1 an unknown algorithm is refused in the words of AWS', async () => {
    await expectError(
      call(shared.kms, 'GenerateMac', { KeyId: keys.HMAC_256.KeyId, Message, MacAlgorithm: 'HMAC_MD5' }),
      'ValidationException',
      /^1 validation error detected: Value 'HMAC_MD5' at 'macAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: \[/,
    )
  })

  test.each(['GenerateMac', 'VerifyMac'] as const)('HMAC-3 %s needs key, message and algorithm', async (operation) => {
    const whole = { KeyId: keys.HMAC_256.KeyId, Message, MacAlgorithm: 'HMAC_SHA_256', Mac: randomBytes(32) }
    const { Mac, ...unverified } = whole
    const required = operation === 'GenerateMac' ? unverified : { ...unverified, Mac }
    for (const member of Object.keys(required)) {
      const path = member.charAt(0).toLowerCase() + member.slice(1)
      await expectError(
        call(shared.kms, operation, { ...required, [member]: undefined }),
        'ValidationException',
        `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`,
      )
    }
  })

  test('HMAC-5 an encryption context is no member of the requests', async () => {
    const given = { KeyId: keys.HMAC_256.KeyId, Message, MacAlgorithm: 'HMAC_SHA_256', EncryptionContext: { a: 'b' } }
    await expectError(call(shared.kms, 'GenerateMac', given), 'ValidationException', /encryptionContext/)
  })

  test.each(['symmetric', 'signing'] as const)(
    'HMAC-5 a key for %s encryption or signing makes no MAC',
    async (kind) => {
      const { KeyId, Arn, KeyUsage } = keys[kind]
      const given = { KeyId, Message, MacAlgorithm: 'HMAC_SHA_256' } as const
      const refusal = (operation: string) => `${Arn} key usage is ${KeyUsage} which is not valid for ${operation}.`
      await expectError(shared.kms.generateMac(given), 'InvalidKeyUsageException', refusal('GenerateMac'))
      const Mac = randomBytes(32)
      await expectError(shared.kms.verifyMac({ ...given, Mac }), 'InvalidKeyUsageException', refusal('VerifyMac'))
    },
  )

  test('HMAC-3 any form of identifier names the key', async () => {
    const { KeyId, Arn } = keys.HMAC_256
    await shared.kms.createAlias({ AliasName: 'alias/mac', TargetKeyId: KeyId })
    const macs = await Promise.all(
      [KeyId, Arn, 'alias/mac', Arn.replace(/key\/.*/, 'alias/mac')].map(async (KeyId) => {
        const answer = await shared.kms.generateMac({ KeyId, Message, MacAlgorithm: 'HMAC_SHA_256' })
        return [answer.KeyId, answer.Mac.toHex()]
      }),
    )
    for (const mac of macs) expect(mac).toEqual([Arn, macs[0]?.[1]])
  })

  test('SDK-33 a dry run makes and checks no MAC', async () => {
    const given = { KeyId: keys.HMAC_256.KeyId, Message, MacAlgorithm: 'HMAC_SHA_256', DryRun: true } as const
    await expectError(shared.kms.generateMac(given), 'DryRunOperationException')
    await expectError(shared.kms.verifyMac({ ...given, Mac: randomBytes(32) }), 'DryRunOperationException')
  })
})
