/** Encrypt, Decrypt and ReEncrypt with RSA and SM2 keys. */
import { DER } from '@noble/curves/abstract/der.js'
import type { KeyMetadata, KeySpec, OperationInput } from 'browser-kms'
import { kdf, sm3 } from 'sm-crypto-v2'
import { describe, expect, test } from 'vitest'
import { encryptionKey, sharedKeys, signingKey } from '../fixtures/keys.js'
import { errorOf, expectError, membersOf, sharedVault, utf8 } from '../fixtures/vault.js'
import { type Bytes, concatenated, damaged, flipped, fromHex, randomBytes, rawPublicKeyIn } from './fixtures/bytes.js'
import { sm2Point } from './fixtures/sm2.js'

type Algorithm = NonNullable<OperationInput<'Encrypt'>['EncryptionAlgorithm']>

/** What ASYM-7 says of an algorithm with a key spec. */
interface Row {
  readonly spec: KeySpec
  readonly algorithm: Algorithm
  /** Bytes of the longest plaintext. */
  readonly limit: number
  /** Bytes of a ciphertext; those of SM2 grow with the plaintext. */
  readonly ciphertext?: number
}

const rsa = (spec: KeySpec, ciphertext: number, sha1: number, sha256: number): readonly Row[] => [
  { spec, algorithm: 'RSAES_OAEP_SHA_1', limit: sha1, ciphertext },
  { spec, algorithm: 'RSAES_OAEP_SHA_256', limit: sha256, ciphertext },
]
const rsaRows = [
  ...rsa('RSA_2048', 256, 214, 190),
  ...rsa('RSA_3072', 384, 342, 318),
  ...rsa('RSA_4096', 512, 470, 446),
]
const rows: readonly Row[] = [...rsaRows, { spec: 'SM2', algorithm: 'SM2PKE', limit: 1024 }]
const named = (of: readonly Row[]) => of.map((row) => [row.spec, row.algorithm, row] as const)

const shared = sharedVault()
const keys = sharedKeys(shared, {
  SYMMETRIC_DEFAULT: encryptionKey('SYMMETRIC_DEFAULT'),
  RSA_2048: encryptionKey('RSA_2048'),
  RSA_3072: encryptionKey('RSA_3072'),
  RSA_4096: encryptionKey('RSA_4096'),
  SM2: encryptionKey('SM2'),
  otherRsa: encryptionKey('RSA_2048'),
  otherSm2: encryptionKey('SM2'),
  signingRsa: signingKey('RSA_2048'),
})
const keyOf = ({ spec }: Row) => keys[spec as keyof typeof keys]
const other = ({ spec }: Row) => (spec === 'SM2' ? keys.otherSm2 : keys.otherRsa)

const text = utf8('attack at dawn')

async function encrypt(row: Row, Plaintext: Bytes = text): Promise<Bytes> {
  const answer = await shared.kms.encrypt({ KeyId: keyOf(row).KeyId, EncryptionAlgorithm: row.algorithm, Plaintext })
  return Uint8Array.from(answer.CiphertextBlob)
}

const decrypt = (row: Row, CiphertextBlob: Uint8Array, KeyId = keyOf(row).KeyId) =>
  shared.kms.decrypt({ KeyId, EncryptionAlgorithm: row.algorithm, CiphertextBlob })

async function expectNoCiphertext(row: Row, CiphertextBlob: Uint8Array, what: string): Promise<void> {
  const error = await errorOf(decrypt(row, CiphertextBlob))
  expect([what, error.name]).toEqual([what, 'InvalidCiphertextException'])
}

describe.each(named(rows))('%s with %s', (_spec, _algorithm, row) => {
  const { spec, algorithm, limit } = row

  test('ASYM-11 what is encrypted is decrypted, and both say key and algorithm, and nothing else', async () => {
    const request = { KeyId: keyOf(row).KeyId, EncryptionAlgorithm: algorithm }
    const encrypted = await membersOf(shared.kms.encrypt({ ...request, Plaintext: text }))
    const common = { KeyId: keyOf(row).Arn, EncryptionAlgorithm: algorithm }
    expect(encrypted).toEqual({ ...common, CiphertextBlob: expect.any(Uint8Array) })
    const { CiphertextBlob } = encrypted
    expect(await membersOf(shared.kms.decrypt({ ...request, CiphertextBlob }))).toEqual({ ...common, Plaintext: text })
  })

  test(`ASYM-7 1 to ${limit} bytes come back as they were`, async () => {
    for (const length of [1, limit - 1, limit]) {
      const plaintext = randomBytes(length)
      const ciphertext = await encrypt(row, plaintext)
      if (row.ciphertext === undefined) expect(ciphertext.byteLength).toBeLessThanOrEqual(112 + length)
      else expect(ciphertext.byteLength).toBe(row.ciphertext)
      expect((await decrypt(row, ciphertext)).Plaintext).toEqual(plaintext)
    }
  })

  test(`ASYM-7 ${limit + 1} bytes are refused in the words of AWS`, async () => {
    for (const length of [limit + 1, 4096])
      await expectError(
        encrypt(row, new Uint8Array(length)),
        'ValidationException',
        `Algorithm ${algorithm} and key spec ${spec} cannot encrypt data larger than ${limit} bytes.`,
      )
    for (const [length, bound] of [
      [0, 'greater than or equal to 1'],
      // Who asks `vault.kms` is told what to use instead; AWS's words stand in front.
      [4097, 'less than or equal to 4096 (vault.envelope(key) encrypts data of any size.)'],
    ] as const)
      await expectError(
        encrypt(row, new Uint8Array(length)),
        'ValidationException',
        `1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length ${bound}`,
      )
  })

  test('the same plaintext gives another ciphertext each time, without a trace of the plaintext', async () => {
    const ciphertexts = await Promise.all(Array.from({ length: 10 }, () => encrypt(row)))
    expect(new Set(ciphertexts.map((ciphertext) => ciphertext.toHex())).size).toBe(10)
    for (const ciphertext of ciphertexts) expect(ciphertext.toHex()).not.toContain(text.subarray(0, 6).toHex())
  })

  test('ASYM-11 a ciphertext that was damaged is InvalidCiphertextException', async () => {
    for (const [what, changed] of Object.entries(damaged(await encrypt(row))))
      await expectNoCiphertext(row, changed, what)
    await expectNoCiphertext(row, new Uint8Array(6144), '6144 bytes')
  })

  test('ASYM-11 the ciphertext of another key is InvalidCiphertextException: it does not say whose it is', async () => {
    const ciphertext = await encrypt(row)
    const wrong = decrypt(row, ciphertext, other(row).KeyId)
    await expectError(wrong, 'InvalidCiphertextException')
  })

  test('ASYM-11 without an algorithm neither Encrypt nor Decrypt takes the key', async () => {
    const { KeyId } = keyOf(row)
    const refusal = `Algorithm SYMMETRIC_DEFAULT is incompatible with key spec ${spec}.`
    const CiphertextBlob = await encrypt(row)
    await expectError(shared.kms.encrypt({ KeyId, Plaintext: text }), 'InvalidKeyUsageException', refusal)
    await expectError(shared.kms.decrypt({ KeyId, CiphertextBlob }), 'InvalidKeyUsageException', refusal)
    const destination = keys.SYMMETRIC_DEFAULT.KeyId
    await expectError(
      shared.kms.reEncrypt({ SourceKeyId: KeyId, CiphertextBlob, DestinationKeyId: destination }),
      'InvalidKeyUsageException',
      refusal,
    )
  })

  test('ASYM-11 Decrypt and ReEncrypt need the key', async () => {
    const CiphertextBlob = await encrypt(row)
    await expectError(
      shared.kms.decrypt({ CiphertextBlob, EncryptionAlgorithm: algorithm }),
      'ValidationException',
      /The key must be named/,
    )
    const DestinationKeyId = keys.SYMMETRIC_DEFAULT.KeyId
    await expectError(
      shared.kms.reEncrypt({ CiphertextBlob, SourceEncryptionAlgorithm: algorithm, DestinationKeyId }),
      'ValidationException',
      /The key must be named/,
    )
  })

  test('ASYM-11 without key and algorithm the ciphertext is none of a symmetric key', async () => {
    await expectError(shared.kms.decrypt({ CiphertextBlob: await encrypt(row) }), 'InvalidCiphertextException')
  })

  test('ASYM-11 an algorithm of another key spec is InvalidKeyUsageException', async () => {
    const { KeyId } = keyOf(row)
    const allowed = keyOf(row).EncryptionAlgorithms ?? []
    const all = ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256', 'SM2PKE'] as const
    const CiphertextBlob = await encrypt(row)
    for (const EncryptionAlgorithm of all.filter((name) => !allowed.includes(name))) {
      const refusal = `Algorithm ${EncryptionAlgorithm} is incompatible with key spec ${spec}.`
      const request = { KeyId, EncryptionAlgorithm }
      await expectError(shared.kms.encrypt({ ...request, Plaintext: text }), 'InvalidKeyUsageException', refusal)
      await expectError(shared.kms.decrypt({ ...request, CiphertextBlob }), 'InvalidKeyUsageException', refusal)
    }
  })

  test('ASYM-11 an encryption context is refused: nothing would protect it; an empty one is none', async () => {
    const request = { KeyId: keyOf(row).KeyId, EncryptionAlgorithm: algorithm }
    const CiphertextBlob = await encrypt(row)
    const EncryptionContext = { note: '42' }
    await expectError(
      shared.kms.encrypt({ ...request, EncryptionContext, Plaintext: text }),
      'ValidationException',
      /context/,
    )
    await expectError(
      shared.kms.decrypt({ ...request, EncryptionContext, CiphertextBlob }),
      'ValidationException',
      /context/,
    )
    const { Plaintext } = await shared.kms.decrypt({ ...request, EncryptionContext: {}, CiphertextBlob })
    expect(Plaintext).toEqual(text)
  })

  test('ASYM-11 ReEncrypt takes it to symmetric encryption, and answers material and context of that side', async () => {
    const symmetric = keys.SYMMETRIC_DEFAULT
    const answer = await membersOf(
      shared.kms.reEncrypt({
        SourceKeyId: keyOf(row).KeyId,
        SourceEncryptionAlgorithm: algorithm,
        CiphertextBlob: await encrypt(row),
        DestinationKeyId: symmetric.KeyId,
        DestinationEncryptionContext: { note: '42' },
      }),
    )
    expect(answer).toEqual({
      CiphertextBlob: expect.any(Uint8Array),
      SourceKeyId: keyOf(row).Arn,
      SourceEncryptionAlgorithm: algorithm,
      KeyId: symmetric.Arn,
      DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      DestinationKeyMaterialId: symmetric.CurrentKeyMaterialId,
    })
    const { CiphertextBlob } = answer
    const { Plaintext } = await shared.kms.decrypt({ CiphertextBlob, EncryptionContext: { note: '42' } })
    expect(Plaintext).toEqual(text)
    await expectError(shared.kms.decrypt({ CiphertextBlob }), 'InvalidCiphertextException')
  })

  test('ASYM-11 ReEncrypt takes symmetric encryption to it, and answers material of that side', async () => {
    const symmetric = keys.SYMMETRIC_DEFAULT
    const EncryptionContext = { note: '42' }
    const source = await shared.kms.encrypt({ KeyId: symmetric.KeyId, Plaintext: text, EncryptionContext })
    const answer = await membersOf(
      shared.kms.reEncrypt({
        CiphertextBlob: source.CiphertextBlob,
        SourceEncryptionContext: EncryptionContext,
        DestinationKeyId: keyOf(row).Arn,
        DestinationEncryptionAlgorithm: algorithm,
      }),
    )
    expect(answer).toEqual({
      CiphertextBlob: expect.any(Uint8Array),
      SourceKeyId: symmetric.Arn,
      SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      SourceKeyMaterialId: symmetric.CurrentKeyMaterialId,
      KeyId: keyOf(row).Arn,
      DestinationEncryptionAlgorithm: algorithm,
    })
    expect((await decrypt(row, answer.CiphertextBlob)).Plaintext).toEqual(text)
  })

  test('ASYM-11 ReEncrypt refuses what is too long for it, and a context on its side', async () => {
    const DestinationKeyId = keyOf(row).KeyId
    const destination = { DestinationKeyId, DestinationEncryptionAlgorithm: algorithm }
    const symmetric = keys.SYMMETRIC_DEFAULT.KeyId
    const long = await shared.kms.encrypt({ KeyId: symmetric, Plaintext: new Uint8Array(limit + 1) })
    await expectError(
      shared.kms.reEncrypt({ ...destination, CiphertextBlob: long.CiphertextBlob }),
      'ValidationException',
      `Algorithm ${algorithm} and key spec ${spec} cannot encrypt data larger than ${limit} bytes.`,
    )
    const { CiphertextBlob } = await shared.kms.encrypt({ KeyId: symmetric, Plaintext: text })
    await expectError(
      shared.kms.reEncrypt({ ...destination, CiphertextBlob, DestinationEncryptionContext: { note: '42' } }),
      'ValidationException',
      /context/,
    )
    await expectError(
      shared.kms.reEncrypt({
        SourceKeyId: DestinationKeyId,
        SourceEncryptionAlgorithm: algorithm,
        SourceEncryptionContext: { note: '42' },
        CiphertextBlob: await encrypt(row),
        DestinationKeyId: symmetric,
      }),
      'ValidationException',
      /context/,
    )
  })

  test('the ciphertext of a symmetric key that names this one is IncorrectKeyException, or none of this algorithm', async () => {
    const { CiphertextBlob } = await shared.kms.encrypt({ KeyId: keys.SYMMETRIC_DEFAULT.KeyId, Plaintext: text })
    await expectError(
      shared.kms.decrypt({ KeyId: keyOf(row).KeyId, CiphertextBlob }),
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    )
    await expectError(decrypt(row, CiphertextBlob), 'InvalidCiphertextException')
  })
})

describe('RSA outside (ASYM-16)', () => {
  const hashOf = ({ algorithm }: Row) => (algorithm === 'RSAES_OAEP_SHA_1' ? 'SHA-1' : 'SHA-256')
  const importedFor = async (row: Row, { KeyId }: KeyMetadata) => {
    const { PublicKey } = await shared.kms.getPublicKey({ KeyId })
    const algorithm = { name: 'RSA-OAEP', hash: hashOf(row) }
    return crypto.subtle.importKey('spki', Uint8Array.from(PublicKey), algorithm, false, ['encrypt'])
  }
  const outside = async (row: Row, key: KeyMetadata, plaintext: Bytes) =>
    new Uint8Array(await crypto.subtle.encrypt('RSA-OAEP', await importedFor(row, key), plaintext))

  test.each(named(rsaRows))('%s, %s: what WebCrypto encrypts to the public key, Decrypt opens', async (_s, _a, row) => {
    for (const plaintext of [text, randomBytes(row.limit)])
      expect((await decrypt(row, await outside(row, keyOf(row), plaintext))).Plaintext).toEqual(plaintext)
  })

  test('the other OAEP algorithm does not open it', async () => {
    const [sha1, sha256] = rsaRows as [Row, Row]
    await expectNoCiphertext(sha256, await outside(sha1, keys.RSA_2048, text), 'SHA-1 as SHA-256')
    await expectNoCiphertext(sha1, await outside(sha256, keys.RSA_2048, text), 'SHA-256 as SHA-1')
  })

  test('a label of OAEP is not taken', async () => {
    const [row] = rsaRows as [Row]
    const parameters = { name: 'RSA-OAEP', label: utf8('label') }
    const ciphertext = await crypto.subtle.encrypt(parameters, await importedFor(row, keys.RSA_2048), text)
    await expectNoCiphertext(row, new Uint8Array(ciphertext), 'with a label')
  })

  test('what was encrypted to the public key of a signing key stays closed', async () => {
    const [row] = rsaRows as [Row]
    const ciphertext = await outside(row, keys.signingRsa, text)
    await expectError(
      decrypt(row, ciphertext, keys.signingRsa.KeyId),
      'InvalidKeyUsageException',
      `${keys.signingRsa.Arn} key usage is SIGN_VERIFY which is not valid for Decrypt.`,
    )
  })
})

describe('SM2PKE ciphertexts (ASYM-18)', () => {
  const row: Row = { spec: 'SM2', algorithm: 'SM2PKE', limit: 1024 }
  const { _tlv: tlv, _int: integer } = DER
  const order = sm2Point.CURVE().n

  /** SEQUENCE { INTEGER x, INTEGER y, OCTET STRING C3, OCTET STRING C2 }. */
  interface Parts {
    readonly x: bigint
    readonly y: bigint
    readonly check: Uint8Array
    readonly cipher: Uint8Array
  }

  function written({ x, y, check, cipher }: Parts): Bytes {
    const members = [tlv.encode(2, integer.encode(x)), tlv.encode(2, integer.encode(y))]
    const strings = [check, cipher].map((bytes) => tlv.encode(4, Uint8Array.from(bytes).toHex()))
    return fromHex(tlv.encode(0x30, [...members, ...strings].join('')))
  }

  function read(ciphertext: Uint8Array): Parts {
    const sequence = tlv.decode(0x30, ciphertext)
    const x = tlv.decode(2, sequence.v)
    const y = tlv.decode(2, x.l)
    const check = tlv.decode(4, y.l)
    const cipher = tlv.decode(4, check.l)
    expect([sequence.l.length, cipher.l.length], 'bytes that are left').toEqual([0, 0])
    return { x: integer.decode(x.v), y: integer.decode(y.v), check: check.v, cipher: cipher.v }
  }

  /** Encryption to a point (GB/T 32918.4, 6.1), whose steps are written out here. */
  function encryptedWith(
    { x, y }: { x: bigint; y: bigint },
    shared: { x: bigint; y: bigint },
    plaintext: Bytes,
  ): Bytes {
    const [x2, y2] = [shared.x, shared.y].map((number) => fromHex(number.toString(16).padStart(64, '0'))) as [
      Bytes,
      Bytes,
    ]
    const stream = kdf(concatenated(x2, y2), plaintext.byteLength)
    const cipher = plaintext.map((byte, index) => byte ^ (stream[index] as number))
    return written({ x, y, check: fromHex(sm3(concatenated(x2, plaintext, y2))), cipher })
  }

  const randomScalar = () => (BigInt(`0x${randomBytes(40).toHex()}`) % (order - 1n)) + 1n

  test('are DER of the point, the SM3 check and as many bytes as the plaintext', async () => {
    const { x, y, check, cipher } = read(await encrypt(row))
    sm2Point.fromAffine({ x, y }).assertValidity()
    expect([check.byteLength, cipher.byteLength]).toEqual([32, text.byteLength])
  })

  test('made outside with the public key are decrypted inside', async () => {
    const { PublicKey } = await shared.kms.getPublicKey({ KeyId: keys.SM2.KeyId })
    const point = sm2Point.fromBytes(rawPublicKeyIn('SM2', PublicKey))
    for (let count = 0; count < 20; count++) {
      const scalar = randomScalar()
      const plaintext = randomBytes(1 + 50 * count)
      const ciphertext = encryptedWith(
        sm2Point.BASE.multiply(scalar).toAffine(),
        point.multiply(scalar).toAffine(),
        plaintext,
      )
      expect((await decrypt(row, ciphertext)).Plaintext).toEqual(plaintext)
    }
  })

  test('are none when a part was changed', async () => {
    const parts = read(await encrypt(row))
    for (const [what, changed] of Object.entries({
      'C2 changed': { ...parts, cipher: flipped(parts.cipher, 3) },
      'C2 shortened': { ...parts, cipher: parts.cipher.slice(1) },
      'C2 empty': { ...parts, cipher: new Uint8Array(0) },
      'C3 changed': { ...parts, check: flipped(parts.check, 3) },
      'C3 shortened': { ...parts, check: parts.check.slice(1) },
      'C3 and C2 exchanged': { ...parts, check: parts.cipher, cipher: parts.check },
      'y negated': { ...parts, y: sm2Point.CURVE().p - parts.y },
      'x too long': { ...parts, x: parts.x + sm2Point.CURVE().p },
      'x of 40 bytes': { ...parts, x: parts.x << 64n },
    }))
      await expectNoCiphertext(row, written(changed), what)
  })

  test('are none when their DER is not the one of their parts', async () => {
    const good = await encrypt(row)
    const { x, y, check, cipher } = read(good)
    const strings = [check, cipher].map((bytes) => tlv.encode(4, Uint8Array.from(bytes).toHex()))
    const members = [tlv.encode(2, integer.encode(x)), tlv.encode(2, integer.encode(y)), ...strings]
    const body = members.join('')
    const raw = `04${[x, y].map((number) => number.toString(16).padStart(64, '0')).join('')}`
    for (const [what, hex] of Object.entries({
      'a set': tlv.encode(0x31, body),
      'a byte in the sequence after its parts': tlv.encode(0x30, `${body}00`),
      'a byte after the sequence': `${good.toHex()}00`,
      'an unnecessary zero before x': tlv.encode(
        0x30,
        [tlv.encode(2, `00${integer.encode(x).padStart(66, '0')}`), ...members.slice(1)].join(''),
      ),
      'an integer as C3': tlv.encode(
        0x30,
        [...members.slice(0, 2), tlv.encode(2, Uint8Array.from(check).toHex()), strings[1]].join(''),
      ),
      'raw C1‖C3‖C2': `${raw}${Uint8Array.from(check).toHex()}${Uint8Array.from(cipher).toHex()}`,
      'raw C1‖C2‖C3': `${raw}${Uint8Array.from(cipher).toHex()}${Uint8Array.from(check).toHex()}`,
    }))
      await expectNoCiphertext(row, fromHex(hex), what)
  })

  /**
   * GB/T 32918.4, 7.1, B1: the point must be on the curve. Off the curve the private key would be used on a curve that
   * the sender chose, and whether the ciphertext opens would tell of the key.
   */
  test('are none when their point is not on the curve, whatever else fits', async () => {
    const points = { 'the point (0, 0)': { x: 0n, y: 0n }, 'a point of order two of another curve': { x: 5n, y: 0n } }
    for (const [what, point] of Object.entries(points))
      for (const shared of [{ x: 0n, y: 0n }, point]) {
        const ciphertext = encryptedWith(point, shared, text)
        await expectNoCiphertext(row, ciphertext, `${what}, as if the secret were (${shared.x}, ${shared.y})`)
      }
  })
})
