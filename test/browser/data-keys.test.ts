/** Data keys (chapter 01, section 5). Data key pairs: key-types/. */
import type { OperationInput } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { sharedKey } from './fixtures/keys.js'
import { expectError, membersOf, newKey, sharedVault, utf8 } from './fixtures/vault.js'

const shared = sharedVault()
const key = sharedKey(shared)

type Length = Pick<OperationInput<'GenerateDataKey'>, 'KeySpec' | 'NumberOfBytes'>
const lengths: [asked: Length, bytes: number][] = [
  [{ KeySpec: 'AES_128' }, 16],
  [{ KeySpec: 'AES_256' }, 32],
  [{ NumberOfBytes: 1 }, 1],
  [{ NumberOfBytes: 64 }, 64],
  [{ NumberOfBytes: 1024 }, 1024],
]

test.each(lengths)(
  'MGT-41 %o: a data key of %i bytes, in clear and encrypted, and nothing else',
  async (asked, bytes) => {
    const { kms } = shared
    const answer = await membersOf(kms.generateDataKey({ KeyId: key.KeyId, ...asked }))
    expect(answer).toEqual({
      CiphertextBlob: expect.any(Uint8Array),
      KeyId: key.Arn,
      KeyMaterialId: key.CurrentKeyMaterialId,
      Plaintext: expect.any(Uint8Array),
    })
    expect(answer.Plaintext.byteLength).toBe(bytes)
    // MGT-42: Decrypt gives the same data key.
    expect((await kms.decrypt({ CiphertextBlob: answer.CiphertextBlob })).Plaintext).toEqual(answer.Plaintext)
  },
)

test.each(lengths)('MGT-41 %o WithoutPlaintext: %i bytes, encrypted only', async (asked, bytes) => {
  const { kms } = shared
  const answer = await membersOf(kms.generateDataKeyWithoutPlaintext({ KeyId: key.KeyId, ...asked }))
  expect(answer).toEqual({
    CiphertextBlob: expect.any(Uint8Array),
    KeyId: key.Arn,
    KeyMaterialId: key.CurrentKeyMaterialId,
  })
  const { Plaintext } = await kms.decrypt({ CiphertextBlob: answer.CiphertextBlob })
  expect(Plaintext.byteLength).toBe(bytes)
  if (bytes >= 16)
    expect(
      Plaintext.some((byte) => byte !== 0),
      'not wiped before it was encrypted',
    ).toBe(true)
})

describe.each(['generateDataKey', 'generateDataKeyWithoutPlaintext'] as const)('%s', (method) => {
  const generate = (asked: object) => shared.kms[method]({ KeyId: key.KeyId, ...asked })

  test('MGT-41 both lengths, or neither: ValidationException', async () => {
    for (const asked of [{}, { KeySpec: 'AES_256', NumberOfBytes: 32 }])
      await expectError(generate(asked), 'ValidationException', 'Please specify either number of bytes or key spec.')
  })

  test.each([
    [
      { NumberOfBytes: 0 },
      "Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    [
      { NumberOfBytes: 1025 },
      "Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than or equal to 1024",
    ],
    [{ NumberOfBytes: 1.5 }, "Value at 'numberOfBytes' failed to satisfy constraint: Member must be an integer"],
    [
      { KeySpec: 'AES_192' },
      "Value 'AES_192' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: [AES_256, AES_128]",
    ],
  ])('MGT-41 %o: ValidationException', async (asked, message) => {
    await expectError(generate(asked), 'ValidationException', `1 validation error detected: ${message}`)
  })

  test('MGT-41 a data key is never the same twice', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => generate({ KeySpec: 'AES_256' })))
    const opened = await Promise.all(answers.map(({ CiphertextBlob }) => shared.kms.decrypt({ CiphertextBlob })))
    expect(new Set(opened.map(({ Plaintext }) => Plaintext.toBase64())).size).toBe(100)
  })

  test('MGT-42 needs the same encryption context to be decrypted', async () => {
    const EncryptionContext = { note: '42' }
    const { CiphertextBlob } = await generate({ KeySpec: 'AES_256', EncryptionContext })
    expect((await shared.kms.decrypt({ CiphertextBlob, EncryptionContext })).Plaintext).toHaveLength(32)
    await expectError(shared.kms.decrypt({ CiphertextBlob }), 'InvalidCiphertextException')
  })

  test('takes ReEncrypt to another key', async () => {
    const other = await newKey(shared.kms)
    const made = await generate({ KeySpec: 'AES_256' })
    const moved = await shared.kms.reEncrypt({ CiphertextBlob: made.CiphertextBlob, DestinationKeyId: other.KeyId })
    const [before, after] = [
      await shared.kms.decrypt({ CiphertextBlob: made.CiphertextBlob }),
      await shared.kms.decrypt({ CiphertextBlob: moved.CiphertextBlob }),
    ]
    expect(after.Plaintext).toEqual(before.Plaintext)
    expect(after.KeyId).toBe(other.Arn)
  })
})

test('MGT-45 a data key in clear outlives its KMS key: disabled or pending deletion, the data still opens', async () => {
  const { kms } = shared
  const { KeyId, Arn } = await newKey(kms)
  const { Plaintext, CiphertextBlob } = await kms.generateDataKey({ KeyId, KeySpec: 'AES_256' })
  const dataKey = await crypto.subtle.importKey('raw', Plaintext as Uint8Array<ArrayBuffer>, 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ])
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, dataKey, utf8('bulk data'))
  const opened = async () => new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, dataKey, data))

  await kms.disableKey({ KeyId })
  expect(await opened()).toEqual(utf8('bulk data'))
  await expectError(kms.decrypt({ CiphertextBlob }), 'DisabledException', `${Arn} is disabled.`)
  await kms.scheduleKeyDeletion({ KeyId })
  expect(await opened()).toEqual(utf8('bulk data'))
  await expectError(kms.decrypt({ CiphertextBlob }), 'KMSInvalidStateException', `${Arn} is pending deletion.`)
  await kms.cancelKeyDeletion({ KeyId })
  await kms.enableKey({ KeyId })
  expect((await kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(Plaintext)
})
