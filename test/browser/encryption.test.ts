/** Encrypt, Decrypt and ReEncrypt with symmetric encryption keys. */
import type { EncryptionContext, OperationInput } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { enc50Blob } from './fixtures/aws-ciphertext.js'
import { sharedKey } from './fixtures/keys.js'
import {
  call,
  expectError,
  expectErrors,
  freshVault,
  keyArn,
  membersOf,
  newKey,
  sharedVault,
  utf8,
} from './fixtures/vault.js'

const shared = sharedVault()
const key = sharedKey(shared)
const other = sharedKey(shared)

const text = utf8('attack at dawn')

async function encrypted(EncryptionContext?: EncryptionContext, KeyId = key.KeyId): Promise<Uint8Array> {
  return (await shared.kms.encrypt({ KeyId, Plaintext: text, EncryptionContext })).CiphertextBlob
}

describe('what is answered (aws-facts 5)', () => {
  test('MGT-14 Encrypt answers CiphertextBlob, EncryptionAlgorithm and the key ARN, and nothing else', async () => {
    const answer = await membersOf(shared.kms.encrypt({ KeyId: key.KeyId, Plaintext: text }))
    expect(answer).toEqual({
      CiphertextBlob: expect.any(Uint8Array),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      KeyId: key.Arn,
    })
  })

  test('MGT-14 Decrypt answers EncryptionAlgorithm, the key ARN, KeyMaterialId and Plaintext, and nothing else', async () => {
    const answer = await membersOf(shared.kms.decrypt({ CiphertextBlob: await encrypted() }))
    expect(answer).toEqual({
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      KeyId: key.Arn,
      KeyMaterialId: key.CurrentKeyMaterialId,
      Plaintext: text,
    })
  })

  test('ReEncrypt answers the ciphertext, and key, algorithm and material of both sides, and nothing else', async () => {
    const answer = await membersOf(
      shared.kms.reEncrypt({ CiphertextBlob: await encrypted(), DestinationKeyId: other.KeyId }),
    )
    expect(answer).toEqual({
      CiphertextBlob: expect.any(Uint8Array),
      SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      SourceKeyId: key.Arn,
      KeyId: other.Arn,
      SourceKeyMaterialId: key.CurrentKeyMaterialId,
      DestinationKeyMaterialId: other.CurrentKeyMaterialId,
    })
  })

  test('SDK-2 every answer also has $metadata, as in the AWS SDK', async () => {
    const { $metadata } = await shared.kms.encrypt({ KeyId: key.KeyId, Plaintext: text })
    expect($metadata).toEqual({ httpStatusCode: 200, requestId: expect.any(String), attempts: 1, totalRetryDelay: 0 })
    expect($metadata.requestId).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })

  test('two requests of one microtask have two request ids', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => shared.kms.encrypt({ KeyId: key.KeyId, Plaintext: text })),
    )
    expect(new Set(answers.map(({ $metadata }) => $metadata.requestId)).size).toBe(10)
  })
})

describe('round trips', () => {
  test('MGT-44 Decrypt needs no KeyId: the ciphertext says which key made it', async () => {
    for (const { KeyId, Arn } of [key, other]) {
      const CiphertextBlob = await encrypted(undefined, KeyId)
      const answer = await shared.kms.decrypt({ CiphertextBlob })
      expect([answer.KeyId, answer.Plaintext]).toEqual([Arn, text])
    }
  })

  test.each([1, 2, 15, 16, 17, 4095, 4096])('MGT-44 %i bytes come back as they were', async (length) => {
    const Plaintext = crypto.getRandomValues(new Uint8Array(length))
    const { CiphertextBlob } = await shared.kms.encrypt({ KeyId: key.KeyId, Plaintext })
    expect(CiphertextBlob.byteLength).toBeLessThanOrEqual(6144)
    expect((await shared.kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(Plaintext)
  })

  const advice = '(vault.envelope(key) encrypts data of any size.)'
  test.each([
    [4097, `less than or equal to 4096 ${advice}`],
    [0, 'greater than or equal to 1'],
    [1_000_000, `less than or equal to 4096 ${advice}`],
  ])('MGT-44 %i bytes are refused, without showing them', async (length, bound) => {
    await expectError(
      shared.kms.encrypt({ KeyId: key.KeyId, Plaintext: new Uint8Array(length) }),
      'ValidationException',
      `1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length ${bound}`,
    )
  })

  test('a CiphertextBlob of more than 6144 bytes, or none, is refused', async () => {
    for (const [length, bound] of [
      [6145, 'less than or equal to 6144'],
      [0, 'greater than or equal to 1'],
    ] as const)
      await expectError(
        shared.kms.decrypt({ CiphertextBlob: new Uint8Array(length) }),
        'ValidationException',
        `1 validation error detected: Value at 'ciphertextBlob' failed to satisfy constraint: Member must have length ${bound}`,
      )
    await expectError(
      shared.kms.decrypt({}),
      'ValidationException',
      "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null",
    )
  })

  test('the same plaintext gives another ciphertext each time', async () => {
    const ciphertexts = await Promise.all(Array.from({ length: 300 }, () => encrypted({ a: 'b' })))
    const withoutHeader = ciphertexts.map((blob) => blob.subarray(50).toBase64())
    expect(new Set(withoutHeader).size).toBe(300)
    expect(new Set(withoutHeader.map((sealed) => sealed.slice(0, 16))).size, 'nonces').toBe(300)
  })

  test('the ciphertext holds no part of the plaintext', async () => {
    const blob = String.fromCharCode(...(await encrypted()))
    for (const word of ['attack', 'dawn']) expect(blob).not.toContain(word)
  })

  test('old ciphertexts decrypt after the vault was closed and opened again', async () => {
    const { vault, kms, name } = await freshVault()
    const { KeyId } = await newKey(kms)
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: text })
    await vault.close()
    const again = await freshVault({ name })
    expect((await again.kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
  })
})

describe('the encryption context', () => {
  const equal: [string, EncryptionContext | undefined, EncryptionContext | undefined][] = [
    ['MGT-52 the order of the pairs does not matter', { a: '1', b: '2', c: '3' }, { c: '3', a: '1', b: '2' }],
    ['MGT-54 none and an empty one are the same', undefined, {}],
    ['MGT-54 an empty one and none are the same', {}, undefined],
    ['MGT-53 any Unicode is allowed', { Größe: '🔑 ключ', 密: '' }, { Größe: '🔑 ключ', 密: '' }],
    ['MGT-53 a key and a value may be empty', { '': '' }, { '': '' }],
    [
      'MGT-54 __proto__ and constructor are keys like any other',
      JSON.parse('{"__proto__":"x","constructor":"y"}'),
      JSON.parse('{"constructor":"y","__proto__":"x"}'),
    ],
    ['MGT-53 a control character is a character', { 'a\0b': '\n' }, { 'a\0b': '\n' }],
  ]
  test.each(equal)('%s', async (_name, made, given) => {
    const CiphertextBlob = await encrypted(made)
    expect((await shared.kms.decrypt({ CiphertextBlob, EncryptionContext: given })).Plaintext).toEqual(text)
  })

  const different: [string, EncryptionContext | undefined, EncryptionContext | undefined][] = [
    ['MGT-52 a missing pair', { a: '1', b: '2' }, { a: '1' }],
    ['MGT-52 no context at all', { a: '1' }, undefined],
    ['MGT-52 an additional pair', { a: '1' }, { a: '1', b: '2' }],
    ['MGT-52 a context where there was none', undefined, { a: '1' }],
    ['MGT-52 another value', { a: '1' }, { a: '2' }],
    ['MGT-52 another key', { a: '1' }, { b: '1' }],
    ['MGT-52 the key in another case', { Purpose: 'Test' }, { purpose: 'Test' }],
    ['MGT-52 the value in another case', { Purpose: 'Test' }, { Purpose: 'test' }],
    ['MGT-52 a space more', { a: '1' }, { a: '1 ' }],
    ['MGT-54 the same characters, split elsewhere', { ab: 'c' }, { a: 'bc' }],
    ['MGT-54 one pair that reads like two', { a: '1,b=2' }, { a: '1', b: '2' }],
    ['MGT-54 keys and values exchanged', { a: 'b' }, { b: 'a' }],
    ['MGT-54 values exchanged', { a: '1', b: '2' }, { a: '2', b: '1' }],
    ['MGT-54 composed and decomposed Unicode', { é: 'é' }, { 'e\u0301': 'e\u0301' }],
    ['MGT-54 an empty key is a pair', { '': '' }, {}],
    ['MGT-54 a __proto__ pair counts', JSON.parse('{"a":"b","__proto__":"x"}'), { a: 'b' }],
  ]
  test.each(different)('%s is another context: InvalidCiphertextException', async (_name, made, given) => {
    const CiphertextBlob = await encrypted(made)
    await expectError(
      shared.kms.decrypt({ CiphertextBlob, EncryptionContext: given }),
      'InvalidCiphertextException',
      'The ciphertext cannot be opened: it was changed, or the encryption context is not exactly the one it was made with.',
    )
    expect((await shared.kms.decrypt({ CiphertextBlob, EncryptionContext: made })).Plaintext).toEqual(text)
  })

  test('MGT-53 numbers and booleans are read as strings', async () => {
    const made = await call(shared.kms, 'Encrypt', {
      KeyId: key.KeyId,
      Plaintext: text,
      EncryptionContext: { int: 42, float: 1.5, negative: -0.25, flag: true, huge: 1e21 },
    })
    const EncryptionContext = { int: '42', float: '1.5', negative: '-0.25', flag: 'true', huge: '1e+21' }
    const { Plaintext } = await shared.kms.decrypt({
      CiphertextBlob: made.CiphertextBlob as Uint8Array,
      EncryptionContext,
    })
    expect(Plaintext).toEqual(text)
  })

  test.each([
    ['null', null],
    ['undefined', undefined],
    ['an object', {}],
    ['a list', ['x']],
    ['bytes', new Uint8Array(1)],
    ['a Date', new Date(0)],
  ])('MGT-54 a value that is %s is refused', async (_name, value) => {
    await expectError(
      call(shared.kms, 'Encrypt', { KeyId: key.KeyId, Plaintext: text, EncryptionContext: { a: value } }),
      'ValidationException',
      "1 validation error detected: Value at 'encryptionContext.a.member' failed to satisfy constraint: Member must be a string",
    )
  })

  test.each([
    ['key', { '\ud800': 'x' }],
    ['value', { a: 'x\udfff' }],
  ])('MGT-54 a lone surrogate in a %s is refused: it would collide with others', async (_name, EncryptionContext) => {
    await expectError(
      shared.kms.encrypt({ KeyId: key.KeyId, Plaintext: text, EncryptionContext }),
      'ValidationException',
      /Member must be well-formed Unicode text$/,
    )
  })

  test.each([
    ['a Map', new Map([['a', 'b']])],
    ['a list', ['a', 'b']],
    ['a string', 'a=b'],
    ['a URLSearchParams', new URLSearchParams('a=b')],
  ])('MGT-54 %s is no context, and is never taken for an empty one', async (_name, EncryptionContext) => {
    await expectError(
      call(shared.kms, 'Encrypt', { KeyId: key.KeyId, Plaintext: text, EncryptionContext }),
      'ValidationException',
    )
  })

  test('a misspelt EncryptionContext is refused, not dropped', async () => {
    await expectError(
      call(shared.kms, 'Encrypt', { KeyId: key.KeyId, Plaintext: text, encryptionContext: { a: 'b' } }),
      'ValidationException',
      /Value at 'encryptionContext' .* be one of the members of the request/,
    )
  })

  test('MGT-51 the context is not stored in the ciphertext', async () => {
    const blob = String.fromCharCode(...(await encrypted({ purpose: 'quarterly report' })))
    for (const part of ['purpose', 'quarterly', 'report']) expect(blob).not.toContain(part)
    expect((await encrypted({ a: 'x'.repeat(4000) })).byteLength).toBe((await encrypted()).byteLength)
  })

  test('MGT-50 ReEncrypt opens with the source context and seals with the destination context', async () => {
    const from = { stage: 'draft' }
    const to = { stage: 'final' }
    const { CiphertextBlob } = await shared.kms.reEncrypt({
      CiphertextBlob: await encrypted(from),
      SourceEncryptionContext: from,
      DestinationKeyId: other.KeyId,
      DestinationEncryptionContext: to,
    })
    expect((await shared.kms.decrypt({ CiphertextBlob, EncryptionContext: to })).Plaintext).toEqual(text)
    await expectError(shared.kms.decrypt({ CiphertextBlob, EncryptionContext: from }), 'InvalidCiphertextException')
    await expectError(
      shared.kms.reEncrypt({
        CiphertextBlob: await encrypted(from),
        SourceEncryptionContext: to,
        DestinationKeyId: other.KeyId,
      }),
      'InvalidCiphertextException',
    )
  })

  test('ReEncrypt may change the context under the same key', async () => {
    const { CiphertextBlob } = await shared.kms.reEncrypt({
      CiphertextBlob: await encrypted(),
      DestinationKeyId: key.KeyId,
      DestinationEncryptionContext: { moved: 'yes' },
    })
    const { Plaintext } = await shared.kms.decrypt({ CiphertextBlob, EncryptionContext: { moved: 'yes' } })
    expect(Plaintext).toEqual(text)
  })
})

describe('ciphertexts that are not whole', () => {
  const refusals = ['InvalidCiphertextException', 'AccessDeniedException']
  const nameOf = (CiphertextBlob: Uint8Array) =>
    shared.kms.decrypt({ CiphertextBlob }).then(
      () => 'opened',
      (error: Error) => error.name,
    )

  test('any byte that is changed, anywhere in it, is noticed', async () => {
    const blob = await encrypted()
    const outcomes = await Promise.all(
      [...blob.keys()].flatMap((index) =>
        [0x01, 0x80, 0xff].map((bits) => {
          const changed = blob.slice()
          changed[index] = (changed[index] as number) ^ bits
          return nameOf(changed)
        }),
      ),
    )
    expect(outcomes).toHaveLength(3 * blob.byteLength)
    expect(outcomes.filter((name) => !refusals.includes(name))).toEqual([])
    // From the material id on, the key is known and the ciphertext is not.
    expect(outcomes.slice(3 * 18).filter((name) => name !== 'InvalidCiphertextException')).toEqual([])
  })

  test('cut at any length: InvalidCiphertextException', async () => {
    const blob = await encrypted()
    const lengths = Array.from({ length: blob.byteLength - 1 }, (_, index) => index + 1)
    const outcomes = await Promise.all(lengths.map((length) => nameOf(blob.slice(0, length))))
    expect(new Set(outcomes)).toEqual(new Set(['InvalidCiphertextException']))
  })

  test.each([1, 16, 100])('%i bytes appended: InvalidCiphertextException', async (length) => {
    expect(await nameOf(new Uint8Array([...(await encrypted()), ...new Uint8Array(length)]))).toBe(
      'InvalidCiphertextException',
    )
  })

  test('the header of one key in front of the seal of another: InvalidCiphertextException', async () => {
    const [own, foreign] = [await encrypted(), await encrypted(undefined, other.KeyId)]
    expect(await nameOf(new Uint8Array([...own.subarray(0, 50), ...foreign.subarray(50)]))).toBe(
      'InvalidCiphertextException',
    )
  })

  test('AUTHZ-90 a ciphertext of a key that is not here: AccessDeniedException, as if it were forbidden', async () => {
    const elsewhere = await freshVault()
    const { KeyId } = await newKey(elsewhere.kms)
    const { CiphertextBlob } = await elsewhere.kms.encrypt({ KeyId, Plaintext: text })
    await expectError(
      shared.kms.decrypt({ CiphertextBlob }),
      'AccessDeniedException',
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    )
    await expectError(shared.kms.reEncrypt({ CiphertextBlob, DestinationKeyId: key.KeyId }), 'AccessDeniedException')
  })

  test('ENC-50 a ciphertext of the real AWS KMS: InvalidCiphertextException', async () => {
    await expectError(shared.kms.decrypt({ CiphertextBlob: enc50Blob }), 'InvalidCiphertextException')
    await expectError(shared.kms.decrypt({ CiphertextBlob: enc50Blob, KeyId: key.KeyId }), 'InvalidCiphertextException')
    await expectError(
      shared.kms.reEncrypt({ CiphertextBlob: enc50Blob, DestinationKeyId: key.KeyId }),
      'InvalidCiphertextException',
    )
  })

  test.each([1, 78, 79, 6144])(
    '%i random bytes: InvalidCiphertextException or AccessDeniedException',
    async (length) => {
      for (let round = 0; round < 8; round++)
        expect(refusals).toContain(await nameOf(crypto.getRandomValues(new Uint8Array(length))))
    },
  )
})

describe('the key that a request names', () => {
  test('MGT-44 Decrypt accepts the id, ARN, alias name and alias ARN of the key', async () => {
    await shared.kms.createAlias({ AliasName: 'alias/own', TargetKeyId: key.KeyId })
    const CiphertextBlob = await encrypted()
    for (const KeyId of [key.KeyId, key.Arn, 'alias/own', key.Arn.replace(/key\/.*/, 'alias/own')])
      expect((await shared.kms.decrypt({ CiphertextBlob, KeyId })).KeyId).toBe(key.Arn)
  })

  const message = 'The key ID in the request does not identify a CMK that can perform this operation.'
  test('MGT-44 another key than the one that made the ciphertext: IncorrectKeyException', async () => {
    const CiphertextBlob = await encrypted()
    await expectError(shared.kms.decrypt({ CiphertextBlob, KeyId: other.KeyId }), 'IncorrectKeyException', message)
    await expectError(
      shared.kms.reEncrypt({ CiphertextBlob, SourceKeyId: other.KeyId, DestinationKeyId: key.KeyId }),
      'IncorrectKeyException',
      message,
    )
  })

  test('IncorrectKeyException comes before the state of the named key is looked at', async () => {
    const disabled = await newKey(shared.kms)
    await shared.kms.disableKey({ KeyId: disabled.KeyId })
    await expectError(
      shared.kms.decrypt({ CiphertextBlob: await encrypted(), KeyId: disabled.KeyId }),
      'IncorrectKeyException',
      message,
    )
  })

  test('MGT-65 after an alias moved on, Decrypt by the alias fails and Decrypt without KeyId succeeds', async () => {
    const { kms } = shared
    await kms.createAlias({ AliasName: 'alias/rotated-by-hand', TargetKeyId: key.KeyId })
    const named = { KeyId: 'alias/rotated-by-hand' }
    const { CiphertextBlob } = await kms.encrypt({ ...named, Plaintext: text })
    await kms.updateAlias({ AliasName: 'alias/rotated-by-hand', TargetKeyId: other.KeyId })
    expect((await kms.encrypt({ ...named, Plaintext: text })).KeyId).toBe(other.Arn)
    await expectError(kms.decrypt({ ...named, CiphertextBlob }), 'IncorrectKeyException')
    expect((await kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
    await kms.deleteAlias({ AliasName: 'alias/rotated-by-hand' })
    await expectError(kms.decrypt({ ...named, CiphertextBlob }), 'NotFoundException')
    expect((await kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
  })

  test('a key that does not exist is told before the ciphertext is looked at', async () => {
    const unknown = crypto.randomUUID()
    await expectError(
      shared.kms.decrypt({ CiphertextBlob: new Uint8Array(9), KeyId: unknown }),
      'NotFoundException',
      `Key '${keyArn(unknown)}' does not exist`,
    )
  })
})

test('the CiphertextBlob has the layout that ciphertext-blob.ts documents', async () => {
  const blob = await encrypted()
  expect(blob.byteLength).toBe(1 + 1 + 16 + 32 + 12 + text.byteLength + 16)
  expect(blob[1], 'key id form: UUID').toBe(0)
  expect(hex(blob.subarray(2, 18)), 'key id').toBe(key.KeyId.replaceAll('-', ''))
  expect(hex(blob.subarray(18, 50)), 'backing key id').toBe(key.CurrentKeyMaterialId)
  const another = await encrypted()
  expect(hex(another.subarray(0, 50)), 'all ciphertexts of a backing key begin alike').toBe(hex(blob.subarray(0, 50)))
  expect(blob[0], 'no ciphertext of AWS KMS begins like ours (ENC-50)').not.toBe(enc50Blob[0])
})

describe('DryRun', () => {
  const message = 'The request would have succeeded, but the DryRun option is set.'
  const dry = { DryRun: true } as const

  test('SDK-31 a request that would succeed: DryRunOperationException', async () => {
    const { kms } = shared
    const { KeyId } = key
    const CiphertextBlob = await encrypted()
    const answers = [
      kms.encrypt({ KeyId, Plaintext: text, ...dry }),
      kms.decrypt({ CiphertextBlob, ...dry }),
      kms.reEncrypt({ CiphertextBlob, DestinationKeyId: KeyId, ...dry }),
      kms.generateDataKey({ KeyId, KeySpec: 'AES_256', ...dry }),
      kms.generateDataKeyWithoutPlaintext({ KeyId, KeySpec: 'AES_256', ...dry }),
    ]
    await expectErrors(answers, 'DryRunOperationException', message)
  })

  test('SDK-30 DryRun: false is no dry run', async () => {
    const { CiphertextBlob } = await shared.kms.encrypt({ KeyId: key.KeyId, Plaintext: text, DryRun: false })
    expect((await shared.kms.decrypt({ CiphertextBlob, DryRun: false })).Plaintext).toEqual(text)
  })

  test('SDK-31 what the real call would be refused for is told instead', async () => {
    const { kms } = shared
    const disabled = await newKey(kms)
    await kms.disableKey({ KeyId: disabled.KeyId })
    await expectError(kms.encrypt({ KeyId: disabled.KeyId, Plaintext: text, ...dry }), 'DisabledException')
    await expectError(kms.encrypt({ KeyId: 'alias/none', Plaintext: text, ...dry }), 'NotFoundException')
    await expectError(kms.encrypt({ KeyId: key.KeyId, Plaintext: new Uint8Array(), ...dry }), 'ValidationException')
    await expectError(
      kms.decrypt({ CiphertextBlob: await encrypted(), KeyId: other.KeyId, ...dry }),
      'IncorrectKeyException',
    )
  })

  test('SDK-33 with IGNORE_CIPHERTEXT, the ciphertext may be missing if the key is named', async () => {
    const { kms } = shared
    const ignoring = { ...dry, DryRunModifiers: ['IGNORE_CIPHERTEXT' as const] }
    await expectError(kms.decrypt({ KeyId: key.KeyId, ...ignoring }), 'DryRunOperationException', message)
    await expectError(
      kms.reEncrypt({ SourceKeyId: key.KeyId, DestinationKeyId: other.KeyId, ...ignoring }),
      'DryRunOperationException',
      message,
    )
    await expectError(
      kms.decrypt(ignoring),
      'ValidationException',
      'KeyId is required where CiphertextBlob is left out.',
    )
    await expectError(
      kms.reEncrypt({ DestinationKeyId: other.KeyId, ...ignoring }),
      'ValidationException',
      'SourceKeyId is required where CiphertextBlob is left out.',
    )
  })

  test('SDK-33 IGNORE_CIPHERTEXT without DryRun is refused', async () => {
    const modifiers = { DryRunModifiers: ['IGNORE_CIPHERTEXT' as const] }
    for (const given of [modifiers, { ...modifiers, DryRun: false }])
      await expectError(
        shared.kms.decrypt({ CiphertextBlob: await encrypted(), KeyId: key.KeyId, ...given }),
        'ValidationException',
        'DryRunModifiers can only be used together with DryRun.',
      )
  })
})

describe('members that need what this vault does not have', () => {
  test('a grant token: InvalidGrantTokenException, also in a dry run', async () => {
    const { kms } = shared
    const GrantTokens = ['token']
    const CiphertextBlob = await encrypted()
    const requests: Promise<unknown>[] = [
      kms.encrypt({ KeyId: key.KeyId, Plaintext: text, GrantTokens }),
      kms.encrypt({ KeyId: key.KeyId, Plaintext: text, GrantTokens, DryRun: true }),
      kms.decrypt({ CiphertextBlob, GrantTokens }),
      kms.reEncrypt({ CiphertextBlob, DestinationKeyId: other.KeyId, GrantTokens }),
      kms.generateDataKey({ KeyId: key.KeyId, NumberOfBytes: 8, GrantTokens }),
      kms.describeKey({ KeyId: key.KeyId, GrantTokens }),
    ]
    await expectErrors(requests, 'InvalidGrantTokenException')
    expect((await kms.decrypt({ CiphertextBlob, GrantTokens: [] })).Plaintext).toEqual(text)
  })

  test('Recipient: ValidationException, and no plaintext', async () => {
    const Recipient: OperationInput<'Decrypt'>['Recipient'] = {
      KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
      AttestationDocument: new Uint8Array(16),
    }
    const { kms } = shared
    const CiphertextBlob = await encrypted()
    const answers = [
      kms.decrypt({ CiphertextBlob, Recipient }),
      kms.generateDataKey({ KeyId: key.KeyId, KeySpec: 'AES_256', Recipient }),
      kms.generateRandom({ NumberOfBytes: 1, Recipient }),
    ]
    await expectErrors(answers, 'ValidationException', /^Recipient is not supported/)
  })

  test.each(['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256', 'SM2PKE'] as const)(
    'EncryptionAlgorithm %s is none of a symmetric key: InvalidKeyUsageException',
    async (algorithm) => {
      const message = `Algorithm ${algorithm} is incompatible with key spec SYMMETRIC_DEFAULT.`
      const { kms } = shared
      const CiphertextBlob = await encrypted()
      const { KeyId } = key
      const answers = [
        kms.encrypt({ KeyId, Plaintext: text, EncryptionAlgorithm: algorithm }),
        kms.decrypt({ CiphertextBlob, KeyId, EncryptionAlgorithm: algorithm }),
        kms.reEncrypt({ CiphertextBlob, DestinationKeyId: KeyId, DestinationEncryptionAlgorithm: algorithm }),
      ]
      await expectErrors(answers, 'InvalidKeyUsageException', message)
    },
  )

  test('EncryptionAlgorithm SYMMETRIC_DEFAULT may be named', async () => {
    const EncryptionAlgorithm = 'SYMMETRIC_DEFAULT'
    const { CiphertextBlob } = await shared.kms.encrypt({ KeyId: key.KeyId, Plaintext: text, EncryptionAlgorithm })
    expect((await shared.kms.decrypt({ CiphertextBlob, EncryptionAlgorithm })).Plaintext).toEqual(text)
  })
})

function hex(bytes: Uint8Array): string {
  return bytes.toHex()
}
