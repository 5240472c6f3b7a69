/** LOCK-1 to LOCK-6: a vault that is locked at rest, in real workers with real storage. */
import { clientFromPort, Envelope, type KeySpec, type KmsClient, type OperationInput, openVault } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { DAY, start } from '../fixtures/clock.js'
import { importMaterial, newExternalKey } from '../fixtures/import.js'
import { randomBytes } from '../fixtures/random-bytes.js'
import { auditRecords } from '../fixtures/stored.js'
import { allStored } from '../fixtures/stored-records.js'
import {
  errorOf,
  expectError,
  freshVault,
  metadataOf,
  newKey,
  newVaultName,
  openAgain,
  region,
  utf8,
} from '../fixtures/vault.js'
import {
  encrypted,
  gesture,
  lockedAway,
  lockedClockedVault,
  lockedVault,
  opened,
  passphrase,
  protectors,
  text,
  usableIn,
} from './fixtures/locked.js'

const otherRegion = 'browser-local-2'
const MINUTE = 60_000

/** A key of a kind, and something that only its private material makes or opens. */
interface Use {
  readonly kind: OperationInput<'CreateKey'>
  readonly begin: (kms: KmsClient, KeyId: string) => Promise<unknown>
  readonly check: (kms: KmsClient, KeyId: string, made: never) => Promise<unknown>
}

const signs = (KeySpec: KeySpec, SigningAlgorithm: OperationInput<'Sign'>['SigningAlgorithm']): Use => ({
  kind: { KeySpec, KeyUsage: 'SIGN_VERIFY' },
  begin: async (kms, KeyId) => (await kms.getPublicKey({ KeyId })).PublicKey,
  check: async (kms, KeyId, publicKey: Uint8Array) => {
    const { Signature } = await kms.sign({ KeyId, Message: text, SigningAlgorithm })
    await kms.verify({ KeyId, Message: text, SigningAlgorithm, Signature })
    expect((await kms.getPublicKey({ KeyId })).PublicKey).toEqual(publicKey)
  },
})
const macs = (KeySpec: KeySpec, MacAlgorithm: OperationInput<'GenerateMac'>['MacAlgorithm']): Use => ({
  kind: { KeySpec, KeyUsage: 'GENERATE_VERIFY_MAC' },
  begin: async (kms, KeyId) => (await kms.generateMac({ KeyId, Message: text, MacAlgorithm })).Mac,
  check: async (kms, KeyId, Mac: Uint8Array) => kms.verifyMac({ KeyId, Message: text, MacAlgorithm, Mac }),
})
const uses: readonly Use[] = [
  { kind: {}, begin: encrypted, check: (kms, _KeyId, blob: Uint8Array) => opened(kms, blob) },
  {
    kind: { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' },
    begin: async (kms, KeyId) => {
      const EncryptionAlgorithm = 'RSAES_OAEP_SHA_256'
      return (await kms.encrypt({ KeyId, Plaintext: text, EncryptionAlgorithm })).CiphertextBlob
    },
    check: (kms, KeyId, CiphertextBlob: Uint8Array) =>
      kms.decrypt({ KeyId, CiphertextBlob, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' }),
  },
  signs('RSA_2048', 'RSASSA_PSS_SHA_256'),
  signs('ECC_NIST_P256', 'ECDSA_SHA_256'),
  signs('ECC_SECG_P256K1', 'ECDSA_SHA_256'),
  signs('ECC_NIST_EDWARDS25519', 'ED25519_SHA_512'),
  signs('ML_DSA_44', 'ML_DSA_SHAKE_256'),
  macs('HMAC_224', 'HMAC_SHA_224'),
  macs('HMAC_256', 'HMAC_SHA_256'),
]

interface Made {
  readonly use: Use
  readonly KeyId: string
  readonly made: unknown
}

function makeAll(kms: KmsClient): Promise<Made[]> {
  return Promise.all(
    uses.map(async (use) => {
      const { KeyId } = (await kms.createKey(use.kind)).KeyMetadata
      return { use, KeyId, made: await use.begin(kms, KeyId) }
    }),
  )
}

async function checkAll(kms: KmsClient, keys: readonly Made[]): Promise<void> {
  for (const { use, KeyId, made } of keys) await use.check(kms, KeyId, made as never)
}

describe('LOCK-1 at rest', () => {
  test('from the beginning: nothing that can be used is stored, and every kind of key works', async () => {
    const { kms, name, vault } = await lockedVault()
    expect(vault.locked).toBe(false)
    const keys = await makeAll(kms)
    await checkAll(kms, keys)
    expect(await usableIn(name)).toEqual([])
    const again = await openAgain(name)
    expect(again.vault.locked).toBe(true)
    await again.vault.unlock(gesture)
    await checkAll(again.kms, keys)
    expect(await usableIn(name)).toEqual([])
  })

  test('enable: of all Regions, of replicas and imported material, and of keys from before', async () => {
    const { kms, name, vault } = await freshVault({ digestSigning: true })
    await vault.recovery.setUp(protectors)
    const keys = await makeAll(kms)
    const there = vault.region(otherRegion)
    const elsewhere = await makeAll(there)
    const { KeyId } = (await kms.createKey({ MultiRegion: true })).KeyMetadata
    await kms.replicateKey({ KeyId, ReplicaRegion: otherRegion })
    const external = await newExternalKey(kms)
    await importMaterial(kms, external, randomBytes(32))
    await kms.getParametersForImport({
      KeyId: external,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    })
    const sealed = await Promise.all([encrypted(kms, KeyId), encrypted(kms, external)])
    expect(await usableIn(name)).toContain('importTokens.privateKey')

    await vault.lock.enable(gesture)
    expect(vault.locked).toBe(false)
    for (const where of [region, otherRegion]) expect(await usableIn(name, where)).toEqual([])
    await checkAll(kms, keys)
    await checkAll(there, elsewhere)

    await vault.lock.now()
    expect(await errorOf(kms.decrypt({ CiphertextBlob: sealed[0] }))).toMatchObject(lockedAway)
    await vault.unlock(gesture)
    await checkAll(kms, keys)
    await checkAll(there, elsewhere)
    for (const blob of sealed) expect(await opened(kms, blob)).toBe('text')
    for (const where of [region, otherRegion]) expect(await usableIn(name, where)).toEqual([])
  })

  test('material without a copy refuses it, by name, and nothing is changed', async () => {
    const { kms, name, vault } = await freshVault()
    const older = await newKey(kms)
    const sealed = (await kms.createKey({ KeySpec: 'HMAC_224', KeyUsage: 'GENERATE_VERIFY_MAC' })).KeyMetadata
    await vault.recovery.setUp(protectors)
    const newer = await newKey(kms)
    const { message, name: error } = await errorOf(vault.lock.enable(gesture))
    expect(error).toBe('KMSInvalidStateException')
    expect(message).toContain(older.Arn)
    for (const { Arn } of [sealed, newer]) expect(message).not.toContain(Arn)
    expect(vault.locked).toBe(false)
    expect(await opened(kms, await encrypted(kms, older.KeyId))).toBe('text')
    expect((await usableIn(name)).length).toBeGreaterThan(3)
    // As long as anything is left of it: its older material too has no copy.
    await vault.recovery.renewKey(older.KeyId)
    await expectError(vault.lock.enable(gesture), 'KMSInvalidStateException', new RegExp(older.KeyId))
    await kms.scheduleKeyDeletion({ KeyId: older.KeyId })
    await expectError(vault.lock.enable(gesture), 'KMSInvalidStateException', new RegExp(older.KeyId))
  })

  test('a vault that has such keys is not locked at rest by openVault either', async () => {
    const { kms, name } = await freshVault()
    const { KeyId } = await newKey(kms)
    await expectError(openVault({ name, lock: { protectors } }), 'KMSInvalidStateException', new RegExp(KeyId))
    expect(await opened(kms, await encrypted(kms, KeyId))).toBe('text')
  })

  test('it takes recovery, and a gesture that opens it', async () => {
    const { vault } = await freshVault()
    await expectError(vault.lock.enable(gesture), 'KMSInvalidStateException', /setUp/)
    await expectError(vault.lock.now(), 'KMSInvalidStateException', /lock\.enable/)
    await expectError(vault.unlock(gesture), 'KMSInvalidStateException', /lock\.enable/)
    await vault.recovery.setUp(protectors)
    await expectError(vault.lock.enable({ passphrase: 'another passphrase' }), 'IncorrectProtectorException')
    await expectError(vault.lock.disable(gesture), 'KMSInvalidStateException', /lock\.enable/)
    expect(vault.locked).toBe(false)
  })
})

describe("openVault's option lock", () => {
  test('gives the recovery code to who asked for it, once', async () => {
    const codes: string[] = []
    const lock = {
      protectors: [{ type: 'recoveryCode' as const }],
      onRecoveryCode: (code: string) => void codes.push(code),
    }
    const { vault, name } = await freshVault({ lock })
    expect(codes).toHaveLength(1)
    const again = await openAgain(name, { lock })
    expect(codes).toHaveLength(1)
    expect(again.vault.locked).toBe(true)
    await again.vault.unlock({ recoveryCode: codes[0] as string })
    expect([vault.locked, again.vault.locked]).toEqual([false, false])
  })

  test.each<[string, unknown, RegExp]>([
    ['a code that nobody would see', { protectors: [{ type: 'recoveryCode' }] }, /onRecoveryCode/],
    ['no protector', { protectors: [] }, /protectors/],
    ['no time', { protectors, afterIdle: 0 }, /afterIdle/],
    ['a misspelt member', { protectors, afterIdel: 1_000 }, /afterIdle/],
    ['true', true, /lock/],
    ['null', null, /lock/],
    ['no text', '', /lock/],
    ['what is no function', { protectors, onRecoveryCode: 'show' }, /onRecoveryCode/],
  ])('%s is refused before anything is made', async (_what, lock, message) => {
    const name = newVaultName()
    await expectError(openVault({ name, lock: lock as { protectors: [] } }), 'ValidationException', message)
    expect((await indexedDB.databases()).filter((database) => database.name?.includes(name))).toEqual([])
  })

  test('a vault that has recovery and is not locked is left to lock.enable', async () => {
    const { vault, name } = await freshVault()
    await vault.recovery.setUp(protectors)
    await expectError(openVault({ name, lock: { protectors } }), 'KMSInvalidStateException', /lock\.enable/)
  })
})

describe('LOCK-3 unlocking', () => {
  test('PROT-6 takes the right gesture', async () => {
    const { vault } = await lockedVault()
    await vault.lock.now()
    await expectError(vault.unlock({ passphrase: 'another passphrase' }), 'IncorrectProtectorException')
    expect(vault.locked).toBe(true)
    await vault.unlock(gesture)
    expect(vault.locked).toBe(false)
  })

  test('many first uses at once wait for one revival, and older material comes back too', async () => {
    const { kms, vault } = await lockedVault()
    const { KeyId } = await newKey(kms)
    const old = await encrypted(kms, KeyId)
    await kms.rotateKeyOnDemand({ KeyId })
    const fresh = await encrypted(kms, KeyId)
    await vault.lock.now()
    await vault.unlock(gesture)
    const all = await Promise.all(Array.from({ length: 50 }, (_, index) => opened(kms, index % 2 ? old : fresh)))
    expect(new Set(all)).toEqual(new Set(['text']))
  })

  test('after the recovery pair was renewed by another tab, a tab has to be unlocked again', async () => {
    const { kms, vault, name } = await lockedVault()
    const { KeyId } = await newKey(kms)
    const again = await openAgain(name)
    await again.vault.recovery.renewPair(gesture)
    expect(await errorOf(encrypted(kms, KeyId))).toMatchObject(lockedAway)
    expect(vault.locked).toBe(true)
    await vault.unlock(gesture)
    expect(await opened(kms, await encrypted(kms, KeyId))).toBe('text')
  })
})

describe('LOCK-4 locking', () => {
  test('tells the page, and the holders of ports', async () => {
    const { vault, kms } = await lockedVault()
    const { KeyId } = await newKey(kms)
    const port = await vault.connectPort({ principal: 'root' })
    const client = clientFromPort(port)
    const heard: string[] = []
    for (const type of ['lock', 'unlock'] as const) {
      vault.addEventListener(type, () => heard.push(`vault ${type}`))
      port.addEventListener(type, () => heard.push(`port ${type}`))
    }
    await encrypted(client, KeyId)
    await vault.lock.now()
    expect(await errorOf(encrypted(client, KeyId))).toMatchObject(lockedAway)
    await vault.unlock(gesture)
    await encrypted(client, KeyId)
    await expect.poll(() => heard.length).toBe(4)
    expect(heard.filter((each) => each.startsWith('vault'))).toEqual(['vault lock', 'vault unlock'])
    expect(heard.filter((each) => each.startsWith('port'))).toEqual(['port lock', 'port unlock'])
  })

  test('a port of a vault that is locked says so at the beginning', async () => {
    const { vault } = await lockedVault()
    await vault.lock.now()
    const port = await vault.connectPort({ principal: 'root' })
    const locked = new Promise((resolve) => port.addEventListener('lock', resolve, { once: true }))
    await clientFromPort(port).listKeys({})
    await locked
  })

  test('requests in flight are answered, or fail with the lock’s error', async () => {
    const { vault, kms } = await lockedVault()
    const { KeyId } = await newKey(kms)
    const { KeyId: rsa } = (await kms.createKey({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' })).KeyMetadata
    await vault.lock.now()
    for (let round = 0; round < 5; round++) {
      await vault.unlock(gesture)
      const calls = Array.from({ length: 40 }, (_, index) =>
        index % 4 === 0
          ? kms.sign({ KeyId: rsa, Message: text, SigningAlgorithm: 'RSASSA_PSS_SHA_256' })
          : encrypted(kms, KeyId),
      )
      const settled = Promise.allSettled(calls)
      await vault.lock.now()
      for (const each of await settled) if (each.status === 'rejected') expect(each.reason).toMatchObject(lockedAway)
    }
  })

  test('streams of envelopes fail with the lock’s error, those of ports too', async () => {
    const { vault, kms } = await lockedVault()
    const { KeyId } = await newKey(kms)
    const port = await vault.connectPort({ principal: 'root' })
    for (const box of [vault.envelope(KeyId), new Envelope(clientFromPort(port), KeyId)]) {
      const stream = box.encryptStream({ note: '42' })
      const writer = stream.writable.getWriter()
      const closed = writer.closed.catch((error: unknown) => error)
      const reader = stream.readable.getReader()
      writer.write(new Uint8Array(2_000_000)).catch(() => {})
      await reader.read()
      const rest = (async () => {
        while (!(await reader.read()).done);
      })().catch((error: unknown) => error)
      await vault.lock.now()
      expect(await rest).toMatchObject(lockedAway)
      expect(await closed).toMatchObject(lockedAway)
      expect(await errorOf(box.encrypt(text))).toMatchObject(lockedAway)
      await vault.unlock(gesture)
      const message = await box.encrypt(text, { note: '42' })
      expect((await box.decrypt(message)).plaintext).toEqual(text)
    }
  })

  test('the idle time counts from the last use of a key, by the clock of the wall', async () => {
    const { vault, kms, setClock } = await lockedClockedVault({ afterIdle: 10 * MINUTE })
    const { KeyId } = await newKey(kms)
    const blob = await encrypted(kms, KeyId)
    setClock(start + 9 * MINUTE)
    expect(await opened(kms, blob)).toBe('text')
    setClock(start + 18 * MINUTE)
    // What uses no key does not count, and neither does what is refused.
    await kms.describeKey({ KeyId })
    await kms.generateRandom({ NumberOfBytes: 8 })
    expect(await opened(kms, blob)).toBe('text')
    setClock(start + 27 * MINUTE)
    await kms.describeKey({ KeyId })
    await expectError(kms.encrypt({ KeyId, Plaintext: text, DryRun: true }), 'DryRunOperationException')
    setClock(start + 28 * MINUTE)
    const locked = new Promise((resolve) => vault.addEventListener('lock', resolve, { once: true }))
    expect(await errorOf(opened(kms, blob))).toMatchObject(lockedAway)
    await locked
    expect(vault.locked).toBe(true)
    await vault.unlock(gesture)
    expect(await opened(kms, blob)).toBe('text')
  })

  test('nobody has to ask: a vault that is left alone locks itself', async () => {
    const { vault } = await lockedVault(1_000)
    if (!vault.locked) await new Promise((resolve) => vault.addEventListener('lock', resolve, { once: true }))
    expect(vault.locked).toBe(true)
  })

  test('enable again changes the idle time', async () => {
    const { vault, kms, setClock } = await lockedClockedVault()
    const { KeyId } = await newKey(kms)
    setClock(start + 2 * DAY)
    await encrypted(kms, KeyId)
    await vault.lock.enable(gesture, { afterIdle: 5 * MINUTE })
    setClock(start + 2 * DAY + 5 * MINUTE)
    expect(await errorOf(encrypted(kms, KeyId))).toMatchObject(lockedAway)
  })
})

describe('LOCK-5 while it is locked', () => {
  test('keys are made, rotated on demand and on schedule, replicated, and usable once it is unlocked', async () => {
    const { vault, kms, name, setClock } = await lockedClockedVault()
    const before = await newKey(kms)
    const old = await encrypted(kms, before.KeyId)
    await kms.enableKeyRotation({ KeyId: before.KeyId, RotationPeriodInDays: 90 })
    await vault.lock.now()
    expect((await kms.createKey({})).KeyMetadata).toMatchObject({ KeyState: 'Unavailable', Enabled: false })
    const keys = await Promise.all(uses.map(async ({ kind }) => (await kms.createKey(kind)).KeyMetadata.KeyId))
    const { KeyId: shared } = (await kms.createKey({ MultiRegion: true })).KeyMetadata
    await kms.replicateKey({ KeyId: shared, ReplicaRegion: otherRegion })
    await kms.rotateKeyOnDemand({ KeyId: shared })
    setClock(start + 91 * DAY)
    const { Rotations = [] } = await kms.listKeyRotations({ KeyId: before.KeyId })
    expect(Rotations).toHaveLength(1)
    for (const where of [region, otherRegion]) expect(await usableIn(name, where)).toEqual([])
    const materials = (
      await Promise.all([region, otherRegion].map((where) => allStored(name, where, 'materials')))
    ).flat()
    const copies = (await Promise.all([region, otherRegion].map((where) => allStored(name, where, 'copies')))).flat()
    expect(copies).toHaveLength(materials.length)

    await vault.unlock(gesture)
    expect(await opened(kms, old)).toBe('text')
    for (const [index, KeyId] of keys.entries()) {
      const { begin, check } = uses[index] as Use
      await check(kms, KeyId, (await begin(kms, KeyId)) as never)
    }
    const blob = await encrypted(kms, shared)
    const replica = await vault.region(otherRegion).decrypt({ CiphertextBlob: blob })
    expect(replica.Plaintext).toEqual(text)
  })

  test('imported material comes, expires and goes', async () => {
    const { vault, kms, name, setClock } = await lockedClockedVault()
    await vault.lock.now()
    const [kept, expiring, deleted] = await Promise.all([newExternalKey(kms), newExternalKey(kms), newExternalKey(kms)])
    await importMaterial(kms, kept, randomBytes(32))
    await importMaterial(kms, expiring, randomBytes(32), { ValidTo: new Date(start + DAY) })
    await importMaterial(kms, deleted, randomBytes(32))
    await kms.deleteImportedKeyMaterial({ KeyId: deleted })
    setClock(start + 2 * DAY)
    const states = await Promise.all(
      [kept, expiring, deleted].map(async (KeyId) => (await metadataOf(kms, KeyId)).KeyState),
    )
    expect(states).toEqual(['Unavailable', 'PendingImport', 'PendingImport'])
    expect(await usableIn(name)).toEqual([])
    await vault.unlock(gesture)
    expect(await opened(kms, await encrypted(kms, kept))).toBe('text')
  })

  test('T10 what is done to keys is remembered, and T23 what waits to be deleted shows so', async () => {
    const { vault, kms, setClock } = await lockedClockedVault()
    const [disabled, enabled, scheduled, deleted] = (await Promise.all(
      Array.from({ length: 4 }, async () => (await newKey(kms)).KeyId),
    )) as [string, string, string, string]
    const blob = await encrypted(kms, enabled)
    await kms.disableKey({ KeyId: enabled })
    await vault.lock.now()
    await kms.disableKey({ KeyId: disabled })
    await kms.enableKey({ KeyId: enabled })
    await kms.scheduleKeyDeletion({ KeyId: scheduled })
    await kms.scheduleKeyDeletion({ KeyId: deleted, PendingWindowInDays: 7 })
    const stateOf = async (KeyId: string) => (await metadataOf(kms, KeyId)).KeyState
    expect(await Promise.all([disabled, enabled, scheduled].map(stateOf))).toEqual([
      'Unavailable',
      'Unavailable',
      'PendingDeletion',
    ])
    await kms.cancelKeyDeletion({ KeyId: scheduled })
    expect(await stateOf(scheduled)).toBe('Unavailable')
    setClock(start + 8 * DAY)
    await expectError(kms.describeKey({ KeyId: deleted }), 'NotFoundException')
    await vault.unlock(gesture)
    expect(await Promise.all([disabled, enabled, scheduled].map(stateOf))).toEqual(['Disabled', 'Enabled', 'Disabled'])
    expect(await opened(kms, blob)).toBe('text')
  })

  test('keystate events tell the state that is shown', async () => {
    const { vault, kms } = await lockedVault()
    const states: (string | undefined)[] = []
    vault.addEventListener('keystate', ({ detail }) => states.push(detail.keyState))
    await vault.lock.now()
    const { KeyId } = await newKey(kms)
    await kms.scheduleKeyDeletion({ KeyId })
    await expect.poll(() => states).toEqual(['Unavailable', 'PendingDeletion'])
  })

  test('lists go on page by page, also across locking; grant tokens wait', async () => {
    const { vault, kms } = await lockedVault()
    const { KeyId } = await newKey(kms)
    for (let index = 0; index < 5; index++) await kms.createAlias({ AliasName: `alias/${index}`, TargetKeyId: KeyId })
    const GranteePrincipal = 'arn:aws:iam::000000000000:user/grantee'
    const { GrantToken, GrantId } = await kms.createGrant({ KeyId, GranteePrincipal, Operations: ['DescribeKey'] })
    await vault.lock.now()
    const first = await kms.listAliases({ Limit: 2 })
    const second = await kms.listAliases({ Limit: 2, Marker: first.NextMarker as string })
    await vault.unlock(gesture)
    const third = await kms.listAliases({ Limit: 2, Marker: second.NextMarker as string })
    const names = [first, second, third].flatMap(({ Aliases = [] }) => Aliases.map(({ AliasName }) => AliasName))
    expect(names).toEqual(['alias/0', 'alias/1', 'alias/2', 'alias/3', 'alias/4'])
    await vault.lock.now()
    const error = await errorOf(kms.retireGrant({ GrantToken: GrantToken as string }))
    expect(error).toMatchObject(lockedAway)
    await kms.revokeGrant({ KeyId, GrantId: GrantId as string })
  })

  test('GRANT-27 a grant token from before is good after the vault was opened and unlocked again', async () => {
    const { kms, name } = await lockedVault()
    const { KeyId } = await newKey(kms)
    const GranteePrincipal = 'arn:aws:iam::000000000000:user/grantee'
    const { GrantToken } = await kms.createGrant({ KeyId, GranteePrincipal, Operations: ['DescribeKey'] })
    const again = await openAgain(name)
    await again.vault.unlock(gesture)
    await again.kms.retireGrant({ GrantToken: GrantToken as string })
    expect((await again.kms.listGrants({ KeyId })).Grants).toEqual([])
  })
})

describe('LOCK-6 each tab by itself', () => {
  test('unlocking one leaves the other locked, and so does locking', async () => {
    const { vault, kms, name } = await lockedVault()
    const { KeyId } = await newKey(kms)
    const again = await openAgain(name)
    expect([vault.locked, again.vault.locked]).toEqual([false, true])
    expect(await errorOf(encrypted(again.kms, KeyId))).toMatchObject(lockedAway)
    await again.vault.unlock(gesture)
    await vault.lock.now()
    expect(await opened(again.kms, await encrypted(again.kms, KeyId))).toBe('text')
  })

  test('another tab is locked when the vault is locked at rest, and is not any more when it is not', async () => {
    const { vault, kms, name } = await freshVault()
    await vault.recovery.setUp(protectors)
    const { KeyId } = await newKey(kms)
    const again = await openAgain(name)
    const blob = await encrypted(again.kms, KeyId)
    await vault.lock.enable(gesture)
    await expect.poll(async () => (await errorOf(opened(again.kms, blob))).reason).toBe('locked')
    expect(again.vault.locked).toBe(true)
    await vault.lock.disable(gesture)
    await expect.poll(() => opened(again.kms, blob).catch(() => 'locked')).toBe('text')
    expect([vault.locked, again.vault.locked]).toEqual([false, false])
  })
})

describe('disable', () => {
  test('stores all as it was: the vault opens without a gesture, in the custody that its keys had', async () => {
    const { vault, kms, name } = await freshVault({ digestSigning: true, lock: { protectors } })
    const keys = await makeAll(kms)
    const { KeyId } = (await kms.createKey({ MultiRegion: true })).KeyMetadata
    await kms.replicateKey({ KeyId, ReplicaRegion: otherRegion })
    const custodies = await Promise.all(keys.map((key) => vault.custodyOf(key.KeyId)))
    const blob = await encrypted(kms, KeyId)
    await vault.lock.now()
    await vault.lock.disable(gesture)
    expect(vault.locked).toBe(false)
    await checkAll(kms, keys)
    await expectError(vault.lock.now(), 'KMSInvalidStateException')
    const again = await openAgain(name)
    expect(again.vault.locked).toBe(false)
    await checkAll(again.kms, keys)
    expect(await Promise.all(keys.map((key) => again.vault.custodyOf(key.KeyId)))).toEqual(custodies)
    expect((await again.vault.region(otherRegion).decrypt({ CiphertextBlob: blob })).Plaintext).toEqual(text)
    const made = await makeAll(again.kms)
    await checkAll(kms, made)
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8('message')))
    const { KeyId: signer } = keys.find(({ use }) => use.kind.KeySpec === 'ECC_NIST_P256') as Made
    await again.kms.sign({ KeyId: signer, Message: digest, MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' })
    // And back again.
    await again.vault.lock.enable(gesture)
    for (const where of [region, otherRegion]) expect(await usableIn(name, where)).toEqual([])
    await checkAll(again.kms, [...keys, ...made])
  })

  test('takes the right gesture', async () => {
    const { vault, name } = await lockedVault()
    await expectError(vault.lock.disable({ passphrase: `${passphrase}!` }), 'IncorrectProtectorException')
    expect(await usableIn(name)).toEqual([])
  })
})

test('AUD-2 the trail tells when the vault was locked, and why', async () => {
  const { vault, kms, name, setClock } = await lockedClockedVault({ afterIdle: 10 * MINUTE })
  const { KeyId } = await newKey(kms)
  await vault.lock.now()
  // It is locked already.
  await vault.lock.now()
  await vault.unlock(gesture)
  setClock(start + 11 * MINUTE)
  expect(await errorOf(encrypted(kms, KeyId))).toMatchObject(lockedAway)
  const locked = async () =>
    (await auditRecords(name, region)).flatMap(({ eventName, serviceEventDetails }) =>
      eventName === 'LockVault' ? [serviceEventDetails] : [],
    )
  await expect.poll(locked).toEqual([{ cause: 'asked' }, { cause: 'idle' }])
})
