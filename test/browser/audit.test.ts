/** The audit log: what is recorded, when, and what never is (ENC-60, ENC-61, MGT-66). */
import type { KmsClient, OperationName } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { builtOperations, rowOf } from '../../worker/operations/table.js'
import { inputs, kinds, onStores } from './fixtures/requests.js'
import { auditRecords, type StoredAuditRecord, storedIn } from './fixtures/stored.js'
import { aliasArn, call, errorOf, freshVault, keyArn, newKey, sharedVault, utf8 } from './fixtures/vault.js'

const rootArn = 'arn:aws:iam::000000000000:root'
const built = await Promise.all(
  builtOperations.map(async (name) => [name, (await rowOf(name))?.kind as string] as const),
)
const namesOf = (kinds: readonly string[]) => built.filter(([, kind]) => kinds.includes(kind)).map(([name]) => name)

/** A valid request of any operation that is built, and the key that it is about. */
async function request(kms: KmsClient, operation: OperationName): Promise<{ input: object; arn: string | undefined }> {
  if (operation === 'GenerateRandom') return { input: { NumberOfBytes: 8 }, arn: undefined }
  if (!(operation in inputs)) return { input: {}, arn: undefined }
  const key = (await kms.createKey(kinds[operation] ?? {})).KeyMetadata
  const input = (await inputs[operation]?.(kms, key)) as object
  if (operation === 'CancelKeyDeletion') await kms.scheduleKeyDeletion({ KeyId: key.KeyId })
  return { input, arn: key.Arn }
}

const idOf = (answer: object) => (answer as { $metadata: { requestId: string } }).$metadata.requestId
const recordsOf = (records: readonly StoredAuditRecord[], requestId: string) =>
  records.filter((record) => record.requestId === requestId)

describe('a mutation', () => {
  const shared = sharedVault()

  test.each(namesOf(['mutation']))(
    '%s leaves exactly one record, there as soon as it is answered',
    async (operation) => {
      const { kms, name } = shared
      const { input, arn } = await request(kms, operation)
      const before = Date.now()
      const requestId = idOf(await call(kms, operation, input))
      const [record, ...others] = recordsOf(await auditRecords(name), requestId)
      expect(others).toEqual([])
      expect(record).toMatchObject({ eventName: operation, userArn: rootArn, requestId })
      expect(record?.eventTime).toBeGreaterThanOrEqual(before)
      expect(record?.eventTime).toBeLessThanOrEqual(Date.now())
      if (arn) expect(record?.resources).toContain(arn)
      expect(record).not.toHaveProperty('errorCode')
    },
  )

  test('CreateKey’s record names the key that it made', async () => {
    const { kms, name } = shared
    const answer = await kms.createKey({ Description: 'notes' })
    const [record] = recordsOf(await auditRecords(name), idOf(answer))
    expect(record?.resources).toEqual([answer.KeyMetadata.Arn])
    expect(record?.requestParameters).toEqual({ Description: 'notes' })
  })

  test('of many mutations at the same moment each has its own record', async () => {
    const { kms, name } = shared
    const answers = await Promise.all(Array.from({ length: 30 }, () => kms.createKey({})))
    const records = await auditRecords(name)
    for (const answer of answers) expect(recordsOf(records, idOf(answer))).toHaveLength(1)
  })
})

describe('a request that changes nothing', () => {
  const reading = namesOf(['read', 'use']).filter((name) => !onStores.includes(name))

  test('is recorded soon after it was answered, once: every operation that is built', async () => {
    const { kms, name } = await freshVault()
    const answered: [OperationName, string][] = []
    for (const operation of reading) {
      const { input } = await request(kms, operation)
      answered.push([operation, idOf(await call(kms, operation, input))])
    }
    const named = async () => {
      const records = await auditRecords(name)
      return answered.map(([, requestId]) => recordsOf(records, requestId).map(({ eventName }) => eventName))
    }
    await expect.poll(named).toEqual(reading.map((operation) => [operation]))
  })
})

describe('a request that fails', () => {
  test('is recorded with the error that the caller got, when the vault is closed at the latest', async () => {
    const { vault, kms, name } = await freshVault()
    const { KeyId } = await newKey(kms)
    await kms.disableKey({ KeyId })
    const errors = [
      await errorOf(kms.encrypt({ KeyId, Plaintext: utf8('x') })),
      await errorOf(kms.cancelKeyDeletion({ KeyId })),
      await errorOf(kms.describeKey({ KeyId: 'alias/none' })),
      await errorOf(kms.createAlias({ AliasName: 'none', TargetKeyId: KeyId })),
      await errorOf(call(kms, 'Encrypt', { KeyId })),
      await errorOf(kms.createGrant({ KeyId, GranteePrincipal: rootArn, Operations: ['Sign'] })),
    ]
    await vault.close()
    const records = await auditRecords(name)
    for (const error of errors) {
      const own = recordsOf(records, error.$metadata.requestId)
      expect(own.map(({ errorCode, errorMessage }) => [errorCode, errorMessage])).toEqual([[error.name, error.message]])
    }
  })

  test('AUD-15 keeps its parameters, and the key if it could be resolved', async () => {
    const { vault, kms, name } = await freshVault()
    const { KeyId, Arn } = await newKey(kms)
    await kms.disableKey({ KeyId })
    const AliasName = 'alias/aws/reserved'
    const failures: [answer: Promise<unknown>, requestParameters: object, resources: string[]][] = [
      [kms.encrypt({ KeyId: Arn, Plaintext: utf8('x') }), { KeyId: Arn }, [Arn]],
      [kms.cancelKeyDeletion({ KeyId }), { KeyId }, [Arn]],
      [kms.describeKey({ KeyId: 'alias/none' }), { KeyId: 'alias/none' }, []],
      [kms.createAlias({ AliasName, TargetKeyId: KeyId }), { AliasName, TargetKeyId: KeyId }, []],
    ]
    const errors = await Promise.all(failures.map(([answer]) => errorOf(answer)))
    await vault.close()
    const records = await auditRecords(name)
    for (const [index, [, requestParameters, resources]] of failures.entries())
      expect(recordsOf(records, errors[index]?.$metadata.requestId as string)).toMatchObject([
        { requestParameters, resources },
      ])
  })

  test('leaves a record and no change', async () => {
    const { vault, kms, name } = await freshVault()
    const { KeyId } = await newKey(kms)
    const before = await storedIn(name, 'keys')
    await errorOf(kms.cancelKeyDeletion({ KeyId }))
    await vault.close()
    expect(await storedIn(name, 'keys')).toEqual(before)
    expect((await auditRecords(name)).map(({ eventName }) => eventName)).toEqual(['CreateKey', 'CancelKeyDeletion'])
  })
})

describe('what a record says', () => {
  test('MGT-66 the key as the caller named it, and the ARN that it was', async () => {
    const { vault, kms, name } = await freshVault()
    const { KeyId } = await newKey(kms)
    await kms.createAlias({ AliasName: 'alias/project-key', TargetKeyId: KeyId })
    for (const named of ['alias/project-key', aliasArn('alias/project-key'), KeyId])
      await kms.generateDataKey({ KeyId: named, KeySpec: 'AES_256' })
    await vault.close()
    const uses = (await auditRecords(name)).filter(({ eventName }) => eventName === 'GenerateDataKey')
    expect(uses.map(({ requestParameters }) => requestParameters)).toEqual([
      { KeyId: 'alias/project-key', KeySpec: 'AES_256' },
      { KeyId: aliasArn('alias/project-key'), KeySpec: 'AES_256' },
      { KeyId, KeySpec: 'AES_256' },
    ])
    for (const { resources } of uses) expect(resources).toEqual([keyArn(KeyId)])
  })

  test('MGT-55 the encryption context, in clear', async () => {
    const { vault, kms, name } = await freshVault()
    const { KeyId } = await newKey(kms)
    const EncryptionContext = JSON.parse('{"department":"10103.0","__proto__":"x"}') as Record<string, string>
    await kms.encrypt({ KeyId, Plaintext: utf8('x'), EncryptionContext })
    await vault.close()
    const record = (await auditRecords(name)).find(({ eventName }) => eventName === 'Encrypt')
    expect(record?.requestParameters?.EncryptionContext).toEqual(EncryptionContext)
  })

  test('ReEncrypt names both keys, the source first', async () => {
    const { vault, kms, name } = await freshVault()
    const [source, destination] = [await newKey(kms), await newKey(kms)]
    const { CiphertextBlob } = await kms.encrypt({ KeyId: source.KeyId, Plaintext: utf8('x') })
    await kms.reEncrypt({ CiphertextBlob, DestinationKeyId: destination.KeyId })
    await vault.close()
    const record = (await auditRecords(name)).find(({ eventName }) => eventName === 'ReEncrypt')
    expect(record?.resources).toEqual([source.Arn, destination.Arn])
  })

  test('SDK-32 a dry run is recorded as one', async () => {
    const { vault, kms, name } = await freshVault()
    const { KeyId } = await newKey(kms)
    await errorOf(kms.encrypt({ KeyId, Plaintext: utf8('x'), DryRun: true }))
    await vault.close()
    const record = (await auditRecords(name)).find(({ eventName }) => eventName === 'Encrypt')
    expect(record).toMatchObject({ errorCode: 'DryRunOperationException', requestParameters: { KeyId, DryRun: true } })
  })
})

test('ENC-61 no record holds a plaintext, a ciphertext or a key, in any form, also where the request failed', async () => {
  const { vault, kms, name } = await freshVault()
  const secret = utf8(`marker-${crypto.randomUUID()}`)
  const { KeyId } = await newKey(kms)
  const mac = await kms.createKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' })
  const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: secret })
  const { Plaintext } = await kms.decrypt({ CiphertextBlob })
  const reEncrypted = await kms.reEncrypt({ CiphertextBlob, DestinationKeyId: KeyId })
  const dataKey = await kms.generateDataKey({ KeyId, KeySpec: 'AES_256' })
  const pair = await kms.generateDataKeyPair({ KeyId, KeyPairSpec: 'ECC_NIST_P256' })
  const drawn = await kms.generateRandom({ NumberOfBytes: 32 })
  const MacAlgorithm = 'HMAC_SHA_256'
  await kms.generateMac({ KeyId: mac.KeyMetadata.KeyId, Message: secret, MacAlgorithm })
  const text = new TextDecoder().decode(secret)
  const refused = [
    call(kms, 'Encrypt', { KeyId, Plaintext: text }),
    call(kms, 'Encrypt', { KeyId, Plaintext: [...secret] }),
    call(kms, 'Encrypt', { KeyId, plaintext: secret }),
    call(kms, 'Encrypt', { KeyId: 'alias/none', Plaintext: secret }),
    call(kms, 'Encrypt', { KeyId: secret, Plaintext: secret }),
    call(kms, 'Decrypt', { CiphertextBlob, EncryptionContext: { a: 'b' } }),
    call(kms, 'Decrypt', { CiphertextBlob: text }),
  ]
  await Promise.all(refused.map(errorOf))
  await vault.close()

  const log = (await storedIn(name, 'audit')).map((pack) => JSON.stringify(pack)).join()
  expect(log).toContain(KeyId)
  const secrets = {
    secret,
    CiphertextBlob,
    Plaintext,
    reEncrypted: reEncrypted.CiphertextBlob,
    dataKey: dataKey.Plaintext,
    encryptedDataKey: dataKey.CiphertextBlob,
    privateKey: pair.PrivateKeyPlaintext as Uint8Array,
    encryptedPrivateKey: pair.PrivateKeyCiphertextBlob as Uint8Array,
    drawn: drawn.Plaintext,
  }
  for (const [what, bytes] of Object.entries(secrets))
    for (const form of formsOf(bytes)) expect(log.includes(form), `${what} as ${form}`).toBe(false)
})

/** What bytes look like in a text: as text, in Base64 of either alphabet, in hex, as numbers. The tail will do. */
function formsOf(bytes: Uint8Array): string[] {
  const tail = bytes.slice(-12)
  return [
    ...(bytes.every((byte) => byte >= 32 && byte < 127) ? [String.fromCharCode(...tail)] : []),
    bytes.toBase64().slice(4, 20),
    bytes.toBase64({ alphabet: 'base64url' }).slice(4, 20),
    tail.toHex(),
    tail.join(),
  ]
}
