/** PROT-1 renewPair: a new pair, every copy sealed anew, all protectors as before. */
import type { KmsClient } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import type { RecoveryRecord } from '../../../worker/recovery/recovery-record.js'
import type { CopyRecord } from '../../../worker/storage/schema.js'
import { openedCopies } from '../fixtures/opened-copies.js'
import { allStored, changeStored } from '../fixtures/stored-records.js'
import { expectError, freshVault, newKey, openAgain, region, utf8 } from '../fixtures/vault.js'

const passphrase = 'seven words that nobody puts together'
const specs = [
  ['RSA_2048', 'SIGN_VERIFY'],
  ['ECC_NIST_P384', 'KEY_AGREEMENT'],
  ['ECC_SECG_P256K1', 'SIGN_VERIFY'],
  ['ECC_NIST_EDWARDS25519', 'SIGN_VERIFY'],
  ['SM2', 'ENCRYPT_DECRYPT'],
  ['HMAC_224', 'GENERATE_VERIFY_MAC'],
  ['HMAC_256', 'GENERATE_VERIFY_MAC'],
  ['ML_DSA_44', 'SIGN_VERIFY'],
  ['ML_KEM_768', 'ENCAPSULATE_DECAPSULATE'],
] as const

const copiesOf = (name: string, where = region) => allStored<CopyRecord>(name, where, 'copies')
const recordOf = async (name: string) => (await allStored<RecoveryRecord>(name, 'recovery', 'recovery'))[0]

async function keysOfAllKinds(kms: KmsClient): Promise<void> {
  const { KeyId } = await newKey(kms)
  await kms.rotateKeyOnDemand({ KeyId })
  for (const [KeySpec, KeyUsage] of specs) await kms.createKey({ KeySpec, KeyUsage })
}

describe('PROT-1 renewPair', () => {
  test('seals the copies of all kinds of keys anew, in all Regions, and each protector opens them', async () => {
    const { vault, kms, name } = await freshVault()
    const { recoveryCode = '' } = await vault.recovery.setUp([
      { type: 'passphrase', passphrase },
      { type: 'recoveryCode' },
    ])
    await keysOfAllKinds(kms)
    await newKey(vault.region('browser-local-2'))
    const [before, record] = [await copiesOf(name), await recordOf(name)]
    const { copies, problems } = await vault.recovery.renewPair({ passphrase })
    expect({ copies, problems }).toEqual({ copies: before.length + 1, problems: [] })
    const [after, renewed] = [await copiesOf(name), await recordOf(name)]
    expect(renewed?.pair.pairId).not.toBe(record?.pair.pairId)
    expect(renewed?.rootPublicKey).toEqual(record?.rootPublicKey)
    expect(renewed?.previousPair).toBeUndefined()
    expect(renewed?.backupKey.publicKey).not.toEqual(record?.backupKey.publicKey)
    expect(new Set(after.map(({ pairId }) => pairId))).toEqual(new Set([renewed?.pair.pairId]))
    expect(renewed?.protectors.map(({ wraps }) => wraps.map(({ pairId }) => pairId))).toEqual([
      [renewed?.pair.pairId],
      [renewed?.pair.pairId],
    ])
    for (const gesture of [{ passphrase }, { recoveryCode }]) {
      const opened = await openedCopies(name, gesture)
      expect(opened).toMatchObject({ broken: [], missing: [] })
      expect(opened.proved).toHaveLength(before.length)
    }
    expect((await openedCopies(name, { recoveryCode }, 'browser-local-2')).proved).toHaveLength(1)
    // And once more, because a copy that was sealed anew is of another form.
    expect(await vault.recovery.renewPair({ recoveryCode })).toMatchObject({ problems: [] })
    expect(await openedCopies(name, { passphrase })).toMatchObject({ broken: [], missing: [] })
  })

  test('after which a protector that was removed before opens nothing', async () => {
    const { vault, kms, name } = await freshVault()
    const { recoveryCode = '', protectors } = await vault.recovery.setUp([
      { type: 'recoveryCode' },
      { type: 'passphrase', passphrase },
    ])
    await newKey(kms)
    const stolen = await recordOf(name)
    await vault.recovery.remove({ passphrase }, protectors[0]?.id ?? '')
    await vault.recovery.renewPair({ passphrase })
    await expectError(vault.recovery.renewPair({ recoveryCode }), 'IncorrectProtectorException')
    // With the old records of protectors, which a backup has, the new copies do not open either.
    expect(stolen?.protectors).toHaveLength(2)
    expect(stolen?.protectors[0]?.wraps.map(({ pairId }) => pairId)).not.toContain((await copiesOf(name))[0]?.pairId)
  })

  test('which was broken off, and a protector removed since: another pair follows', async () => {
    const { vault, kms, name } = await freshVault()
    const { recoveryCode = '' } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
    await newKey(kms)
    const record = (await recordOf(name)) as RecoveryRecord
    // As a renewal leaves it that was killed at its end: what is left of it is to drop the pair before it.
    await putRecord(name, { ...record, previousPair: record.pair, changedAt: record.pair.createdAt + 1 })
    expect(await vault.recovery.renewPair({ recoveryCode })).toMatchObject({ copies: 1, problems: [] })
    const renewed = await recordOf(name)
    expect(renewed?.pair.pairId).not.toBe(record.pair.pairId)
    expect(renewed?.previousPair).toBeUndefined()
  })

  test('while another tab makes keys: none without a copy that opens', async () => {
    const { vault, name } = await freshVault()
    const { recoveryCode = '' } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
    const other = await openAgain(name)
    for (let key = 0; key < 10; key++) await newKey(other.kms)
    let isOver = false
    let made = 10
    const making = (async () => {
      for (; !isOver; made++) await newKey(other.kms)
    })()
    await vault.recovery.renewPair({ recoveryCode })
    isOver = true
    await making
    const { proved, broken, missing } = await openedCopies(name, { recoveryCode })
    expect({ broken, missing }).toEqual({ broken: [], missing: [] })
    expect(proved).toHaveLength(made)
  })

  test('while multi-Region keys go from Region to Region: each replica has a copy that opens', async () => {
    const { vault, name } = await freshVault()
    const { recoveryCode = '' } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
    const other = await openAgain(name)
    const keys = await Promise.all(
      Array.from({ length: 12 }, async () => (await other.kms.createKey({ MultiRegion: true })).KeyMetadata.KeyId),
    )
    const replicating = (async () => {
      for (const KeyId of keys) await other.kms.replicateKey({ KeyId, ReplicaRegion: 'browser-local-2' })
    })()
    await vault.recovery.renewPair({ recoveryCode })
    await replicating
    await Promise.all(keys.map((KeyId) => other.vault.region('browser-local-2').describeKey({ KeyId })))
    for (const where of [region, 'browser-local-2']) {
      const { proved, ...rest } = await openedCopies(name, { recoveryCode }, where)
      expect(rest).toEqual({ broken: [], missing: [] })
      expect(proved).toHaveLength(keys.length)
    }
  })

  test('tells of copies that were changed, and goes on', async () => {
    const { vault, kms, name } = await freshVault()
    const { recoveryCode = '' } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
    const [first, second] = [await newKey(kms), await newKey(kms)]
    await changeStored<CopyRecord>(name, region, 'copies', (copy) =>
      copy.keyId === first.KeyId ? { ...copy, wrapped: copy.wrapped.map((byte) => byte ^ 1) } : copy,
    )
    expect(await vault.recovery.renewPair({ recoveryCode })).toEqual({
      copies: 1,
      problems: [{ keyArn: first.Arn, problem: expect.stringContaining('cannot be opened') }],
    })
    expect((await openedCopies(name, { recoveryCode })).proved).toEqual([second.KeyId])
  })

  test('leaves the keys as they are', async () => {
    const { vault, kms } = await freshVault()
    const { recoveryCode = '' } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
    const { KeyId } = await newKey(kms)
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: utf8('before') })
    await vault.recovery.renewPair({ recoveryCode })
    expect((await kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(utf8('before'))
  })

  test('is refused without a gesture that opens, and changes nothing', async () => {
    const { vault, name } = await freshVault()
    await vault.recovery.setUp([{ type: 'recoveryCode' }])
    const before = await recordOf(name)
    await expectError(vault.recovery.renewPair({ passphrase }), 'IncorrectProtectorException')
    expect((await recordOf(name))?.pair).toEqual(before?.pair)
  })

  test('is refused where somebody has put a public key of their own into the storage', async () => {
    const { vault, name } = await freshVault()
    const { recoveryCode = '' } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
    const [theirs] = await (async () => {
      const other = await freshVault()
      await other.vault.recovery.setUp([{ type: 'recoveryCode' }])
      return allStored<RecoveryRecord>(other.name, 'recovery', 'recovery')
    })()
    const tampered = await recordOf(name)
    expect(tampered && theirs).toBeDefined()
    await putRecord(name, { ...tampered, pair: { ...tampered?.pair, publicKey: theirs?.pair.publicKey } })
    await expectError(vault.recovery.renewPair({ recoveryCode }), 'KMSInvalidStateException', /changed it/)
  })
})

/** The store has no key path. */
async function putRecord(name: string, record: unknown): Promise<void> {
  const opening = indexedDB.open(`browser-kms/${name}/recovery`)
  await new Promise((resolve) => Object.assign(opening, { onsuccess: resolve }))
  const putting = opening.result.transaction('recovery', 'readwrite').objectStore('recovery').put(record, 'record')
  await new Promise((resolve) => Object.assign(putting, { onsuccess: resolve }))
  opening.result.close()
}
