/** Whose bytes are whose: what a caller passes in, and what it gets back. */
import { describe, expect, test } from 'vitest'
import { sharedKey } from './fixtures/keys.js'
import { sameBytes } from './fixtures/same-bytes.js'
import { errorOf, sharedVault, utf8 } from './fixtures/vault.js'

const shared = sharedVault()
const key = sharedKey(shared)

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

describe('what the caller passes in', () => {
  test.each([1, 100, 4096])('a plaintext of %i bytes is neither changed nor detached', async (length) => {
    const Plaintext = random(length)
    const before = Plaintext.slice()
    await shared.kms.encrypt({ KeyId: key.KeyId, Plaintext })
    expect(Plaintext).toEqual(before)
    expect(Plaintext.buffer.byteLength).toBe(length)
  })

  test('nor is any part of a batch that is large enough to be transferred', async () => {
    const plaintexts = Array.from({ length: 30 }, () => random(4096))
    const before = plaintexts.map((plaintext) => plaintext.slice())
    await Promise.all(plaintexts.map((Plaintext) => shared.kms.encrypt({ KeyId: key.KeyId, Plaintext })))
    expect(plaintexts).toEqual(before)
  })

  test('a plaintext may be wiped right after the call', async () => {
    const plaintexts = Array.from({ length: 50 }, () => random(200))
    const kept = plaintexts.map((plaintext) => plaintext.slice())
    const answers = plaintexts.map((Plaintext) => {
      const answer = shared.kms.encrypt({ KeyId: key.KeyId, Plaintext })
      Plaintext.fill(0)
      return answer
    })
    for (const [index, { CiphertextBlob }] of (await Promise.all(answers)).entries())
      expect((await shared.kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(kept[index])
  })

  test('an encryption context, a list or an input may be changed right after the call', async () => {
    const EncryptionContext: Record<string, string> = { a: '1' }
    const input = { KeyId: key.KeyId, Plaintext: utf8('x'), EncryptionContext }
    const answer = shared.kms.encrypt(input)
    EncryptionContext.a = '2'
    EncryptionContext.b = '3'
    input.KeyId = 'alias/other'
    const { CiphertextBlob } = await answer
    await shared.kms.decrypt({ CiphertextBlob, EncryptionContext: { a: '1' } })
  })

  test('of a view only its own bytes travel, wherever it begins', async () => {
    const whole = random(64)
    const Plaintext = whole.subarray(10, 20)
    const { CiphertextBlob } = await shared.kms.encrypt({ KeyId: key.KeyId, Plaintext })
    const padded = new Uint8Array(CiphertextBlob.byteLength + 33)
    padded.set(CiphertextBlob, 17)
    const view = padded.subarray(17, 17 + CiphertextBlob.byteLength)
    expect((await shared.kms.decrypt({ CiphertextBlob: view })).Plaintext).toEqual(whole.slice(10, 20))
  })

  test('a frozen input is as good as any', async () => {
    const input = Object.freeze({
      KeyId: key.KeyId,
      Plaintext: utf8('x'),
      EncryptionContext: Object.freeze({ a: 'b' }),
    })
    await shared.kms.encrypt(input)
  })

  test('a detached buffer is refused, and the calls beside it are answered', async () => {
    const detached = random(16)
    structuredClone(detached, { transfer: [detached.buffer] })
    const [before, refused, after] = await Promise.allSettled([
      shared.kms.encrypt({ KeyId: key.KeyId, Plaintext: utf8('before') }),
      shared.kms.encrypt({ KeyId: key.KeyId, Plaintext: detached }),
      shared.kms.encrypt({ KeyId: key.KeyId, Plaintext: utf8('after') }),
    ])
    expect([before.status, refused.status, after.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(refused).toHaveProperty('reason.name', 'ValidationException')
  })
})

describe('what the caller gets back', () => {
  const ownsItsBuffer = (bytes: Uint8Array) => [bytes.byteOffset, bytes.buffer.byteLength === bytes.byteLength]

  test('every binary member owns its buffer: there is nothing else in it', async () => {
    const encrypted = await shared.kms.encrypt({ KeyId: key.KeyId, Plaintext: random(100) })
    const dataKey = await shared.kms.generateDataKey({ KeyId: key.KeyId, KeySpec: 'AES_256' })
    const decrypted = await shared.kms.decrypt({ CiphertextBlob: encrypted.CiphertextBlob })
    const drawn = await shared.kms.generateRandom({ NumberOfBytes: 32 })
    for (const bytes of [
      encrypted.CiphertextBlob,
      dataKey.CiphertextBlob,
      dataKey.Plaintext,
      decrypted.Plaintext,
      drawn.Plaintext,
    ]) {
      expect(bytes).toBeInstanceOf(Uint8Array)
      expect(ownsItsBuffer(bytes)).toEqual([0, true])
    }
  })

  test('the answers of one batch share no buffer, so that one can be wiped or transferred by itself', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => shared.kms.generateDataKey({ KeyId: key.KeyId, KeySpec: 'AES_256' })),
    )
    const all = answers.flatMap(({ CiphertextBlob, Plaintext }) => [CiphertextBlob, Plaintext])
    expect(new Set(all.map(({ buffer }) => buffer)).size).toBe(all.length)
    for (const bytes of all) expect(ownsItsBuffer(bytes)).toEqual([0, true])
    const [first, ...others] = answers
    first?.Plaintext.fill(0)
    for (const { Plaintext, CiphertextBlob } of others)
      expect((await shared.kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(Plaintext)
  })

  test('an answer stays as it is while later requests are made', async () => {
    const { Plaintext } = await shared.kms.generateDataKey({ KeyId: key.KeyId, KeySpec: 'AES_256' })
    const before = Plaintext.slice()
    await Promise.all(
      Array.from({ length: 200 }, () => shared.kms.generateDataKey({ KeyId: key.KeyId, KeySpec: 'AES_256' })),
    )
    expect(Plaintext).toEqual(before)
  })
})

describe('calls of one microtask', () => {
  test('5,000 of them are all answered, each with its own result', async () => {
    const plaintexts = Array.from({ length: 5_000 }, (_, index) => utf8(`message ${index}`))
    const encrypted = await Promise.all(
      plaintexts.map((Plaintext) => shared.kms.encrypt({ KeyId: key.KeyId, Plaintext })),
    )
    const decrypted = await Promise.all(encrypted.map(({ CiphertextBlob }) => shared.kms.decrypt({ CiphertextBlob })))
    const wrong = decrypted.filter(({ Plaintext }, index) => !sameBytes(Plaintext, plaintexts[index] as Uint8Array))
    expect(wrong).toEqual([])
  })

  test('calls that fail and calls that succeed, of several operations, each get their own answer', async () => {
    const { kms } = shared
    const { CiphertextBlob } = await kms.encrypt({ KeyId: key.KeyId, Plaintext: utf8('known') })
    const rounds = Array.from({ length: 100 }, (_, index) =>
      Promise.all([
        errorOf(kms.encrypt({ KeyId: `alias/none-${index}`, Plaintext: utf8('x') })),
        kms.decrypt({ CiphertextBlob }),
        errorOf(kms.decrypt({ CiphertextBlob, EncryptionContext: { round: String(index) } })),
        kms.generateRandom({ NumberOfBytes: index + 1 }),
        errorOf(kms.encrypt({ KeyId: key.KeyId, Plaintext: new Uint8Array(4097) })),
        errorOf(kms.encrypt({ KeyId: Symbol('no key') as never, Plaintext: utf8('x') })),
      ]),
    )
    for (const [index, answers] of (await Promise.all(rounds)).entries()) {
      const [unknown, decrypted, wrongContext, drawn, tooLong, unsendable] = answers
      expect(unknown.message).toMatch(new RegExp(`alias/none-${index} is not found`))
      expect(decrypted.Plaintext).toEqual(utf8('known'))
      expect(wrongContext.name).toBe('InvalidCiphertextException')
      expect(drawn.Plaintext).toHaveLength(index + 1)
      expect([tooLong.name, unsendable.name]).toEqual(['ValidationException', 'ValidationException'])
    }
  })

  test('a slow call does not hold back the fast ones beside it', async () => {
    const order: string[] = []
    await Promise.all([
      shared.kms.createKey({}).then(() => order.push('CreateKey')),
      shared.kms.encrypt({ KeyId: key.KeyId, Plaintext: utf8('x') }).then(() => order.push('Encrypt')),
    ])
    expect(order).toEqual(['Encrypt', 'CreateKey'])
  })
})
