/** Every key spec with every usage that it can have: what is told of the key, where its material is, its public key. */

import type { KeyMetadata, KeySpec, KeyUsage } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { hasNativeLattices } from '../fixtures/engine.js'
import { sharedKeys } from '../fixtures/keys.js'
import { storedIn } from '../fixtures/stored.js'
import { accountId, call, expectError, keyArn, membersOf, openAgain, sharedVault } from '../fixtures/vault.js'

const allUsages: readonly KeyUsage[] = [
  'ENCRYPT_DECRYPT',
  'SIGN_VERIFY',
  'GENERATE_VERIFY_MAC',
  'KEY_AGREEMENT',
  'ENCAPSULATE_DECAPSULATE',
]

/** What ASYM-5 and ASYM-9 say of a key spec with one of its usages. */
interface Row {
  readonly spec: KeySpec
  readonly usage: KeyUsage
  /** The one list of algorithms, in the order of AWS. */
  readonly algorithms: Readonly<Record<string, readonly string[]>>
  /** Where Chromium keeps the material, and where a vault that signs digests does. */
  readonly custody: 'native' | 'sealed'
  readonly digestSigningCustody: 'native' | 'sealed'
  /** Bytes of the SubjectPublicKeyInfo. */
  readonly spki?: number
  /** As what WebCrypto imports the public key; absent if it cannot. */
  readonly imports?: readonly (Algorithm | RsaHashedImportParams | EcKeyImportParams)[]
}

const oaep = { EncryptionAlgorithms: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] }
const rsaSigning = {
  SigningAlgorithms: [
    'RSASSA_PKCS1_V1_5_SHA_256',
    'RSASSA_PKCS1_V1_5_SHA_384',
    'RSASSA_PKCS1_V1_5_SHA_512',
    'RSASSA_PSS_SHA_256',
    'RSASSA_PSS_SHA_384',
    'RSASSA_PSS_SHA_512',
  ],
}
const native = { custody: 'native', digestSigningCustody: 'native' } as const
const sealed = { custody: 'sealed', digestSigningCustody: 'sealed' } as const
/** Native, but for vaults that sign digests. */
const signing = { usage: 'SIGN_VERIFY', custody: 'native', digestSigningCustody: 'sealed' } as const
const encrypting = { usage: 'ENCRYPT_DECRYPT', ...native } as const
const mac = (algorithm: string) =>
  ({ usage: 'GENERATE_VERIFY_MAC', algorithms: { MacAlgorithms: [algorithm] } }) as const
const agreeing = { usage: 'KEY_AGREEMENT', algorithms: { KeyAgreementAlgorithms: ['ECDH'] } } as const
const encapsulating = {
  usage: 'ENCAPSULATE_DECAPSULATE',
  algorithms: { EncapsulationAlgorithms: ['ML_KEM'] },
} as const
const signs = (...SigningAlgorithms: string[]) => ({ SigningAlgorithms })

const asOaep = ['SHA-1', 'SHA-256'].map((hash) => ({ name: 'RSA-OAEP', hash }))
const asRsaSigning = ['RSASSA-PKCS1-v1_5', 'RSA-PSS'].flatMap((name) =>
  ['SHA-256', 'SHA-384', 'SHA-512'].map((hash) => ({ name, hash })),
)
const curve = (namedCurve: string, spki: number) => ({
  sign: { spki, imports: [{ name: 'ECDSA', namedCurve }] },
  agree: { spki, imports: [{ name: 'ECDH', namedCurve }] },
})
const [P256, P384, P521] = [curve('P-256', 91), curve('P-384', 120), curve('P-521', 158)] as const

/** Native where the engine has it, sealed elsewhere. */
const lattice = (name: string, digestSigningCustody: 'native' | 'sealed') =>
  hasNativeLattices ? ({ custody: 'native', digestSigningCustody, imports: [{ name }] } as const) : sealed

// biome-ignore format: a table
const rows: readonly Row[] = [
  { spec: 'SYMMETRIC_DEFAULT', ...encrypting, algorithms: { EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'] } },
  { spec: 'HMAC_224', ...mac('HMAC_SHA_224'), ...sealed },
  { spec: 'HMAC_256', ...mac('HMAC_SHA_256'), ...native },
  { spec: 'HMAC_384', ...mac('HMAC_SHA_384'), ...native },
  { spec: 'HMAC_512', ...mac('HMAC_SHA_512'), ...native },
  { spec: 'RSA_2048', ...encrypting, algorithms: oaep, spki: 294, imports: asOaep },
  { spec: 'RSA_3072', ...encrypting, algorithms: oaep, spki: 422, imports: asOaep },
  { spec: 'RSA_4096', ...encrypting, algorithms: oaep, spki: 550, imports: asOaep },
  { spec: 'RSA_2048', ...signing, algorithms: rsaSigning, spki: 294, imports: asRsaSigning },
  { spec: 'RSA_3072', ...signing, algorithms: rsaSigning, spki: 422, imports: asRsaSigning },
  { spec: 'RSA_4096', ...signing, algorithms: rsaSigning, spki: 550, imports: asRsaSigning },
  { spec: 'ECC_NIST_P256', ...signing, algorithms: signs('ECDSA_SHA_256'), ...P256.sign },
  { spec: 'ECC_NIST_P384', ...signing, algorithms: signs('ECDSA_SHA_384'), ...P384.sign },
  { spec: 'ECC_NIST_P521', ...signing, algorithms: signs('ECDSA_SHA_512'), ...P521.sign },
  { spec: 'ECC_NIST_P256', ...agreeing, ...native, ...P256.agree },
  { spec: 'ECC_NIST_P384', ...agreeing, ...native, ...P384.agree },
  { spec: 'ECC_NIST_P521', ...agreeing, ...native, ...P521.agree },
  { spec: 'ECC_SECG_P256K1', ...signing, ...sealed, algorithms: signs('ECDSA_SHA_256'), spki: 88 },
  { spec: 'ECC_NIST_EDWARDS25519', ...signing, algorithms: signs('ED25519_SHA_512', 'ED25519_PH_SHA_512'), spki: 44, imports: [{ name: 'Ed25519' }] },
  { spec: 'SM2', ...encrypting, ...sealed, algorithms: { EncryptionAlgorithms: ['SM2PKE'] }, spki: 91 },
  { spec: 'SM2', ...signing, ...sealed, algorithms: signs('SM2DSA'), spki: 91 },
  { spec: 'SM2', ...agreeing, ...sealed, spki: 91 },
  { spec: 'ML_DSA_44', ...signing, algorithms: signs('ML_DSA_SHAKE_256'), spki: 1334, ...lattice('ML-DSA-44', signing.digestSigningCustody) },
  { spec: 'ML_DSA_65', ...signing, algorithms: signs('ML_DSA_SHAKE_256'), spki: 1974, ...lattice('ML-DSA-65', signing.digestSigningCustody) },
  { spec: 'ML_DSA_87', ...signing, algorithms: signs('ML_DSA_SHAKE_256'), spki: 2614, ...lattice('ML-DSA-87', signing.digestSigningCustody) },
  { spec: 'ML_KEM_512', ...encapsulating, ...sealed, spki: 822 },
  { spec: 'ML_KEM_768', ...encapsulating, spki: 1206, ...lattice('ML-KEM-768', 'native') },
  { spec: 'ML_KEM_1024', ...encapsulating, spki: 1590, ...lattice('ML-KEM-1024', 'native') },
]

const nameOf = ({ spec, usage }: Pick<Row, 'spec' | 'usage'>) => `${spec} for ${usage}`
const shared = sharedVault()
const keys = sharedKeys(shared, Object.fromEntries(rows.map((row) => [nameOf(row), row])))
const keyOf = (row: Row) => keys[nameOf(row)] as KeyMetadata
const specs = [...new Set(rows.map(({ spec }) => spec))]

describe('which spec can have which usage', () => {
  test('ASYM-2 there are 20 key specs', () => {
    expect(specs.length).toBe(20)
  })

  const invalid = specs.flatMap((spec) =>
    allUsages
      .filter((usage) => !rows.some((row) => nameOf(row) === nameOf({ spec, usage })))
      .map((usage) => [spec, usage]),
  )
  test.each(invalid)('ASYM-2 %s cannot be for %s', async (KeySpec, KeyUsage) => {
    await expectError(
      call(shared.kms, 'CreateKey', { KeySpec, KeyUsage }),
      'ValidationException',
      `KeyUsage ${KeyUsage} is not compatible with KeySpec ${KeySpec}`,
    )
  })

  test.each(specs.filter((spec) => spec !== 'SYMMETRIC_DEFAULT'))('ASYM-3 %s needs KeyUsage', async (KeySpec) => {
    await expectError(
      shared.kms.createKey({ KeySpec }),
      'ValidationException',
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    )
  })
})

describe.each(rows.map((row) => [row.spec, row.usage, row] as const))('%s for %s', (_spec, _usage, row) => {
  const { spec, usage, algorithms, spki, imports } = row

  test('ASYM-5 has the metadata of its kind, the one list of algorithms in the order of AWS, and nothing else', async () => {
    const { KeyId } = keyOf(row)
    const expected = {
      AWSAccountId: accountId,
      Arn: keyArn(KeyId),
      CreationDate: expect.any(Date),
      CustomerMasterKeySpec: spec,
      Description: '',
      Enabled: true,
      KeyId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      KeyManager: 'CUSTOMER',
      KeySpec: spec,
      KeyState: 'Enabled',
      KeyUsage: usage,
      MultiRegion: false,
      Origin: 'AWS_KMS',
      ...algorithms,
      ...(spec === 'SYMMETRIC_DEFAULT' && { CurrentKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/) }),
    }
    expect(keyOf(row), 'CreateKey').toEqual(expected)
    expect((await shared.kms.describeKey({ KeyId })).KeyMetadata, 'DescribeKey').toEqual(expected)
  })

  test(`is in ${row.custody} custody (design, 2)`, async () => {
    expect(await shared.vault.custodyOf(keyOf(row).KeyId)).toBe(row.custody)
  })

  if (spki === undefined)
    test('ASYM-13 has no public key', async () => {
      await expectError(
        shared.kms.getPublicKey({ KeyId: keyOf(row).KeyId }),
        'UnsupportedOperationException',
        `${keyOf(row).Arn} has no public key: its key spec is ${spec}.`,
      )
    })
  else
    test(`ASYM-9, ASYM-15 has a public key of ${spki} bytes, told with spec, usage and algorithms, and nothing else`, async () => {
      const answer = await membersOf(shared.kms.getPublicKey({ KeyId: keyOf(row).KeyId }))
      expect(answer).toEqual({
        KeyId: keyOf(row).Arn,
        PublicKey: expect.any(Uint8Array),
        CustomerMasterKeySpec: spec,
        KeySpec: spec,
        KeyUsage: usage,
        ...algorithms,
      })
      expect(answer.PublicKey.byteLength).toBe(spki)
      expect((await shared.kms.getPublicKey({ KeyId: keyOf(row).Arn })).PublicKey, 'again').toEqual(answer.PublicKey)
    })

  if (imports)
    test('ASYM-16 its public key is one for WebCrypto', async () => {
      const { PublicKey } = await shared.kms.getPublicKey({ KeyId: keyOf(row).KeyId })
      for (const algorithm of imports) {
        const key = await crypto.subtle.importKey(
          'spki',
          Uint8Array.from(PublicKey),
          algorithm,
          true,
          publicUsages(row),
        )
        expect(key.type).toBe('public')
        expect(new Uint8Array(await crypto.subtle.exportKey('spki', key)), 'exported').toEqual(PublicKey)
      }
    })
})

/** What a public key of WebCrypto is for; encapsulation is unknown to the type library. */
function publicUsages({ usage }: Row): Parameters<typeof crypto.subtle.importKey>[4] {
  const usages: Readonly<Partial<Record<KeyUsage, readonly string[]>>> = {
    ENCRYPT_DECRYPT: ['encrypt'],
    SIGN_VERIFY: ['verify'],
    ENCAPSULATE_DECAPSULATE: ['encapsulateBits'],
  }
  return [...(usages[usage] ?? [])] as ReturnType<typeof publicUsages>
}

describe('public keys', () => {
  test('ASYM-15 can be had by key id, key ARN, alias name and alias ARN', async () => {
    const { KeyId, Arn } = keys['ECC_NIST_P256 for SIGN_VERIFY'] as KeyMetadata
    await shared.kms.createAlias({ AliasName: 'alias/signer', TargetKeyId: KeyId })
    const identifiers = [KeyId, Arn, 'alias/signer', Arn.replace(/key\/.*/, 'alias/signer')]
    const answers = await Promise.all(identifiers.map((KeyId) => membersOf(shared.kms.getPublicKey({ KeyId }))))
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(answers[0]?.KeyId).toBe(Arn)
  })

  test('ASYM-15 of a disabled key can be had (design, 8); of one pending deletion it cannot', async () => {
    const { KeyMetadata } = await shared.kms.createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
    const { KeyId, Arn } = KeyMetadata
    const { PublicKey } = await shared.kms.getPublicKey({ KeyId })
    await shared.kms.disableKey({ KeyId })
    expect((await shared.kms.getPublicKey({ KeyId })).PublicKey).toEqual(PublicKey)
    await shared.kms.scheduleKeyDeletion({ KeyId })
    await expectError(shared.kms.getPublicKey({ KeyId }), 'KMSInvalidStateException', new RegExp(`^${Arn} is pending`))
  })

  test('two keys of one spec have different public keys', async () => {
    const publicKeys = await Promise.all(
      rows
        .filter(({ spki }) => spki !== undefined)
        .map(async (row) => (await shared.kms.getPublicKey({ KeyId: keyOf(row).KeyId })).PublicKey.toBase64()),
    )
    expect(new Set(publicKeys).size).toBe(publicKeys.length)
  })
})

describe('what is stored', () => {
  test('SEC-1 no private or secret handle of any key spec can be exported', async () => {
    const materials = await storedIn(shared.name, 'materials')
    expect(materials.length).toBeGreaterThanOrEqual(rows.length)
    const handles = handlesIn([...materials, ...(await storedIn(shared.name, 'vault'))])
    for (const { type, extractable, algorithm } of handles)
      expect([algorithm.name, type, extractable]).toEqual([algorithm.name, type, type === 'public'])
    const kept = new Set(handles.map(({ algorithm }) => algorithm.name))
    for (const name of ['AES-GCM', 'HMAC', 'RSA-OAEP', 'RSA-PSS', 'RSASSA-PKCS1-v1_5', 'ECDSA', 'ECDH', 'Ed25519'])
      expect(kept, name).toContain(name)
    for (const name of ['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87', 'ML-KEM-768', 'ML-KEM-1024'])
      expect(kept.has(name), name).toBe(hasNativeLattices)
  })

  test('native material has no sealed bytes beside its handles, sealed material no private handle', async () => {
    const materials = await storedIn(shared.name, 'materials')
    for (const row of rows) {
      const { handles, sealed } = materials.find(({ keyId }) => keyId === keyOf(row).KeyId) ?? {}
      const secret = handlesIn([handles as Record<string, unknown>]).filter(({ type }) => type !== 'public')
      expect([nameOf(row), secret.length > 0, sealed !== undefined]).toEqual([
        nameOf(row),
        row.custody === 'native',
        row.custody === 'sealed',
      ])
    }
  })
})

function handlesIn(records: readonly Record<string, unknown>[]): CryptoKey[] {
  return records.flatMap((record) =>
    Object.values(record).flatMap((value) => {
      if (value instanceof CryptoKey) return [value]
      const isPlain = typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)
      return isPlain ? handlesIn([value as Record<string, unknown>]) : []
    }),
  )
}

describe('a vault that signs digests', () => {
  const signer = sharedVault({ digestSigning: true })
  /** The larger RSA keys are made as the smallest. */
  const affordable = rows.filter(({ spec }) => spec !== 'RSA_3072' && spec !== 'RSA_4096')
  const made = sharedKeys(signer, Object.fromEntries(affordable.map((row) => [nameOf(row), row])))

  test.each(affordable)('keeps $spec for $usage in $digestSigningCustody custody (design, 2)', async (row) => {
    const { KeyId } = made[nameOf(row)] as KeyMetadata
    expect(await signer.vault.custodyOf(KeyId)).toBe(row.digestSigningCustody)
  })

  test.each(affordable.filter(({ spki }) => spki))(
    'ASYM-9 its $spec for $usage has a public key of $spki bytes too',
    async (row) => {
      const { KeyId } = made[nameOf(row)] as KeyMetadata
      expect((await signer.kms.getPublicKey({ KeyId })).PublicKey.byteLength).toBe(row.spki)
    },
  )

  test('SEC-1 no private or secret handle can be exported there either', async () => {
    const records = [...(await storedIn(signer.name, 'materials')), ...(await storedIn(signer.name, 'vault'))]
    for (const { type, extractable } of handlesIn(records))
      expect([type, extractable]).toEqual([type, type === 'public'])
  })

  test('a key keeps its custody when its vault is opened to sign digests later', async () => {
    const again = await openAgain(shared.name, { digestSigning: true })
    const { KeyId } = keys['ECC_NIST_P256 for SIGN_VERIFY'] as KeyMetadata
    expect(await again.vault.custodyOf(KeyId)).toBe('native')
    const digest = {
      KeyId,
      Message: new Uint8Array(32),
      MessageType: 'DIGEST',
      SigningAlgorithm: 'ECDSA_SHA_256',
    } as const
    await expectError(again.kms.sign(digest), 'UnsupportedOperationException')
  })
})
