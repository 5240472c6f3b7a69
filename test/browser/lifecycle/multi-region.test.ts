/** Multi-Region keys (MRK-1 to MRK-18): a set is one primary and its replicas, each in a Region's own database. */
import type { KeyMetadata, KmsClient, OperationInput, Vault } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { clockedVault, DAY, start } from '../fixtures/clock.js'
import { auditRecords, storedIn } from '../fixtures/stored.js'
import { accountId, errorOf, freshVault, region as home, metadataOf, openAgain, utf8 } from '../fixtures/vault.js'

const second = 'browser-local-2'
const third = 'browser-local-3'
const text = utf8('text')

const arnIn = (region: string, keyId: string) => `arn:aws:kms:${region}:${accountId}:key/${keyId}`
const member = (region: string, keyId: string) => ({ Arn: arnIn(region, keyId), Region: region })

async function newPrimary(kms: KmsClient, kind: OperationInput<'CreateKey'> = {}): Promise<KeyMetadata> {
  return (await kms.createKey({ MultiRegion: true, ...kind })).KeyMetadata as KeyMetadata
}

/** A primary in the first Region and a replica in each of the others. */
async function newSet(vault: Vault, regions: readonly string[] = [second], kind: OperationInput<'CreateKey'> = {}) {
  const primary = await newPrimary(vault.kms, kind)
  for (const ReplicaRegion of regions) await vault.kms.replicateKey({ KeyId: primary.KeyId, ReplicaRegion })
  return primary.KeyId
}

async function roundTrip(from: KmsClient, to: KmsClient, KeyId: string): Promise<void> {
  const { CiphertextBlob } = await from.encrypt({ KeyId, Plaintext: text })
  expect((await to.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
}

describe('CreateKey and ReplicateKey', () => {
  test('MRK-1 MRK-5 a multi-Region key has an id of its own form and begins as a primary without replicas', async () => {
    const { kms } = await freshVault()
    const { KeyId, Arn, MultiRegion, MultiRegionConfiguration } = await newPrimary(kms)
    expect(KeyId).toMatch(/^mrk-[0-9a-f]{32}$/)
    expect({ Arn, MultiRegion, MultiRegionConfiguration }).toEqual({
      Arn: arnIn(home, KeyId),
      MultiRegion: true,
      MultiRegionConfiguration: { MultiRegionKeyType: 'PRIMARY', PrimaryKey: member(home, KeyId), ReplicaKeys: [] },
    })
    const single = (await kms.createKey()).KeyMetadata as KeyMetadata
    expect(single.MultiRegion).toBe(false)
    expect(single).not.toHaveProperty('MultiRegionConfiguration')
  })

  test('MRK-7 MRK-9 the answer shows the replica as it begins: Creating, with defaults and not the primary’s values', async () => {
    const { kms } = await freshVault()
    const Tags = [{ TagKey: 'Project', TagValue: 'Alpha' }]
    const { KeyId } = await newPrimary(kms, { Description: 'the primary', Tags })
    const answer = await kms.replicateKey({ KeyId, ReplicaRegion: second })
    expect(answer.ReplicaKeyMetadata).toMatchObject({
      KeyId,
      Arn: arnIn(second, KeyId),
      KeyState: 'Creating',
      Enabled: false,
      Description: '',
      MultiRegionConfiguration: {
        MultiRegionKeyType: 'REPLICA',
        PrimaryKey: member(home, KeyId),
        ReplicaKeys: [member(second, KeyId)],
      },
    })
    expect(answer.ReplicaKeyMetadata).not.toHaveProperty('CurrentKeyMaterialId')
    expect(JSON.parse(answer.ReplicaPolicy as string)).toMatchObject({ Id: 'key-default-1' })
    expect(answer).not.toHaveProperty('ReplicaTags')
  })

  test('MRK-4 MRK-6 what is shared agrees in all Regions, what is independent does not', async () => {
    const { vault, kms } = await freshVault()
    const KeyId = await newSet(vault, [second, third])
    const inSecond = vault.region(second)
    const Tags = [{ TagKey: 'Place', TagValue: 'second' }]
    await inSecond.updateKeyDescription({ KeyId, Description: 'here' })
    await inSecond.tagResource({ KeyId, Tags })
    await inSecond.createAlias({ AliasName: 'alias/here', TargetKeyId: KeyId })
    await kms.createAlias({ AliasName: 'alias/there', TargetKeyId: KeyId })
    const members = await Promise.all([home, second, third].map((region) => metadataOf(vault.region(region), KeyId)))
    for (const metadata of members)
      expect(metadata).toMatchObject({
        KeyState: 'Enabled',
        CurrentKeyMaterialId: members[0]?.CurrentKeyMaterialId,
        MultiRegionConfiguration: {
          PrimaryKey: member(home, KeyId),
          ReplicaKeys: [member(second, KeyId), member(third, KeyId)],
        },
      })
    expect(members.map(({ MultiRegionConfiguration }) => MultiRegionConfiguration?.MultiRegionKeyType)).toEqual([
      'PRIMARY',
      'REPLICA',
      'REPLICA',
    ])
    expect(members.map(({ Description }) => Description)).toEqual(['', 'here', ''])
    expect((await kms.listResourceTags({ KeyId })).Tags).toEqual([])
    expect((await inSecond.listResourceTags({ KeyId })).Tags).toEqual(Tags)
    const names = async (client: KmsClient) => (await client.listAliases()).Aliases?.map(({ AliasName }) => AliasName)
    expect(await names(kms)).toEqual(['alias/there'])
    expect(await names(inSecond)).toEqual(['alias/here'])
    expect(await names(vault.region(third))).toEqual([])
  })

  test('MRK-7 a replica takes the policy, description and tags of the request', async () => {
    const { vault, kms } = await freshVault()
    const { KeyId } = await newPrimary(kms)
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: 'kms:*', Resource: '*' },
      ],
    })
    const Tags = [{ TagKey: 'a', TagValue: 'b' }]
    const answer = await kms.replicateKey({ KeyId, ReplicaRegion: second, Policy, Description: 'replica', Tags })
    expect(answer).toMatchObject({ ReplicaPolicy: Policy, ReplicaTags: Tags })
    const replica = vault.region(second)
    expect((await metadataOf(replica, KeyId)).Description).toBe('replica')
    expect((await replica.getKeyPolicy({ KeyId })).Policy).toBe(Policy)
    expect((await replica.listResourceTags({ KeyId })).Tags).toEqual(Tags)
  })

  test('MRK-8 what cannot be replicated is refused by name', async () => {
    const { vault, kms } = await freshVault()
    const KeyId = await newSet(vault)
    const single = (await kms.createKey()).KeyMetadata as KeyMetadata
    const replicate = (client: KmsClient, id: string, ReplicaRegion: string) =>
      errorOf(client.replicateKey({ KeyId: id, ReplicaRegion }))
    expect(await replicate(kms, KeyId, second)).toMatchObject({ name: 'AlreadyExistsException' })
    expect(await replicate(kms, KeyId, home)).toMatchObject({ name: 'AlreadyExistsException' })
    expect(await replicate(vault.region(second), KeyId, third)).toMatchObject({
      name: 'UnsupportedOperationException',
      message: `${arnIn(second, KeyId)} is not a multi-region primary key.`,
    })
    expect(await replicate(kms, single.KeyId, third)).toMatchObject({ name: 'UnsupportedOperationException' })
    await vault.region(second).scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
    expect(await replicate(kms, KeyId, second)).toMatchObject({ name: 'AlreadyExistsException' })
    // Nothing of a refused request stays.
    expect((await metadataOf(kms, KeyId)).MultiRegionConfiguration?.ReplicaKeys).toEqual([member(second, KeyId)])
    expect((await vault.region(third).listKeys()).Keys).toEqual([])
  })

  test('MRK-7 one request leaves ReplicateKey in the primary’s Region and CreateKey in the replica’s, then the sets agree', async () => {
    const { vault, kms, name } = await freshVault()
    const { KeyId } = await newPrimary(kms)
    const { $metadata } = await kms.replicateKey({ KeyId, ReplicaRegion: second })
    await metadataOf(kms, KeyId)
    const here = await auditRecords(name)
    const there = await auditRecords(name, second)
    expect(here.find(({ eventName }) => eventName === 'ReplicateKey')).toMatchObject({
      requestId: $metadata.requestId,
      resources: [arnIn(home, KeyId)],
    })
    expect(here.filter(({ eventName }) => eventName === 'SynchronizeMultiRegionKey')).toHaveLength(1)
    expect(there.find(({ eventName }) => eventName === 'CreateKey')).toMatchObject({
      requestId: $metadata.requestId,
      resources: [arnIn(second, KeyId)],
    })
    expect(vault).toBeDefined()
  })
})

describe('MRK-11 members are cryptographically equal', () => {
  test('a ciphertext made in one Region is decrypted in another, also by a replica made later', async () => {
    const { vault, kms } = await freshVault()
    const KeyId = await newSet(vault)
    await roundTrip(kms, vault.region(second), KeyId)
    await roundTrip(vault.region(second), kms, KeyId)
    const { CiphertextBlob } = await vault.region(second).encrypt({ KeyId, Plaintext: text })
    await kms.replicateKey({ KeyId, ReplicaRegion: third })
    expect((await vault.region(third).decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
  })

  const kinds: [name: string, kind: OperationInput<'CreateKey'>, digestSigning: boolean][] = [
    ['native ECC_NIST_P256', { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }, false],
    ['sealed ECC_NIST_P256', { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }, true],
    ['sealed ECC_SECG_P256K1', { KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' }, false],
  ]
  test.each(kinds)('%s: what one signs, the other verifies', async (_name, kind, digestSigning) => {
    const { vault, kms } = await freshVault({ digestSigning })
    const KeyId = await newSet(vault, [second], kind)
    const other = vault.region(second)
    await metadataOf(other, KeyId)
    const signed = { KeyId, Message: text, SigningAlgorithm: 'ECDSA_SHA_256' } as const
    for (const [signer, verifier] of [
      [kms, other],
      [other, kms],
    ] as const) {
      const { Signature } = await signer.sign(signed)
      expect(await verifier.verify({ ...signed, Signature })).toMatchObject({ SignatureValid: true })
    }
    expect((await other.getPublicKey({ KeyId })).PublicKey).toEqual((await kms.getPublicKey({ KeyId })).PublicKey)
  })

  test.each(['HMAC_224', 'HMAC_256'] as const)('%s: both make the same MAC', async (KeySpec) => {
    const { vault, kms } = await freshVault()
    const KeyId = await newSet(vault, [second], { KeySpec, KeyUsage: 'GENERATE_VERIFY_MAC' })
    const message = { KeyId, Message: text, MacAlgorithm: KeySpec.replace('HMAC', 'HMAC_SHA') as 'HMAC_SHA_256' }
    expect((await vault.region(second).generateMac(message)).Mac).toEqual((await kms.generateMac(message)).Mac)
  })

  test('a replica’s handles are copies of the primary’s, non-extractable, and no bytes are beside them', async () => {
    const { vault, name } = await freshVault()
    const KeyId = await newSet(vault)
    await metadataOf(vault.region(second), KeyId)
    const [material] = await storedIn(name, 'materials', second)
    const { aead } = (material as { handles: { aead: CryptoKey } }).handles
    expect({ extractable: aead.extractable, usages: [...aead.usages].sort() }).toEqual({
      extractable: false,
      usages: ['decrypt', 'encrypt'],
    })
    expect(material).not.toHaveProperty('sealed')
  })

  test('MRK-3 a replica works while every other member is disabled', async () => {
    const { vault, kms } = await freshVault()
    const KeyId = await newSet(vault, [second, third])
    await kms.disableKey({ KeyId })
    await vault.region(third).disableKey({ KeyId })
    await roundTrip(vault.region(second), vault.region(second), KeyId)
  })
})

describe('rotation of a set', () => {
  test('ROT-33 MRK-12 rotation is set on the primary, and all members have every version', async () => {
    const { vault, kms, setClock } = await clockedVault(start)
    const KeyId = await newSet(vault)
    const replica = vault.region(second)
    expect(await errorOf(replica.enableKeyRotation({ KeyId }))).toMatchObject({ name: 'UnsupportedOperationException' })
    expect(await errorOf(replica.rotateKeyOnDemand({ KeyId }))).toMatchObject({ name: 'UnsupportedOperationException' })
    expect(await errorOf(replica.disableKeyRotation({ KeyId }))).toMatchObject({
      name: 'UnsupportedOperationException',
    })
    await kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 })
    const expected = { KeyRotationEnabled: true, RotationPeriodInDays: 90 }
    expect(await replica.getKeyRotationStatus({ KeyId })).toMatchObject({
      ...expected,
      KeyId: arnIn(second, KeyId),
      NextRotationDate: new Date(start + 90 * DAY),
    })
    const first = await replica.encrypt({ KeyId, Plaintext: text })
    setClock(start + 90 * DAY)
    const here = await metadataOf(kms, KeyId)
    const there = await metadataOf(replica, KeyId)
    expect(there.CurrentKeyMaterialId).toBe(here.CurrentKeyMaterialId)
    const rotations = await kms.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })
    expect(rotations.Rotations).toHaveLength(2)
    expect((await replica.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })).Rotations).toEqual(
      rotations.Rotations,
    )
    for (const client of [kms, replica]) {
      expect((await client.decrypt({ CiphertextBlob: first.CiphertextBlob })).Plaintext).toEqual(text)
      await roundTrip(client, kms, KeyId)
      await roundTrip(client, replica, KeyId)
    }
  })

  test('ROT-34 MRK-10 a replica made after rotations has all versions', async () => {
    const { vault, kms } = await freshVault()
    const { KeyId } = await newPrimary(kms)
    const ciphertexts = []
    for (let version = 0; version < 3; version++) {
      ciphertexts.push((await kms.encrypt({ KeyId, Plaintext: text })).CiphertextBlob)
      await kms.rotateKeyOnDemand({ KeyId })
    }
    await kms.replicateKey({ KeyId, ReplicaRegion: second })
    const replica = vault.region(second)
    await metadataOf(replica, KeyId)
    for (const CiphertextBlob of ciphertexts)
      expect((await replica.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
  })
})

describe('UpdatePrimaryRegion', () => {
  test('MRK-13 the roles swap, the rest stays', async () => {
    const { vault, kms, name } = await freshVault()
    const KeyId = await newSet(vault, [second, third])
    await kms.enableKeyRotation({ KeyId })
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: text })
    const { $metadata } = await kms.updatePrimaryRegion({ KeyId, PrimaryRegion: second })
    const regions = [home, second, third]
    const members = await Promise.all(regions.map((region) => metadataOf(vault.region(region), KeyId)))
    const roles = members.map(({ MultiRegionConfiguration }) => MultiRegionConfiguration?.MultiRegionKeyType)
    expect(roles).toEqual(['REPLICA', 'PRIMARY', 'REPLICA'])
    for (const { KeyState, MultiRegionConfiguration } of members) {
      expect(KeyState).toBe('Enabled')
      expect(MultiRegionConfiguration?.PrimaryKey).toEqual(member(second, KeyId))
      expect(MultiRegionConfiguration?.ReplicaKeys).toEqual([member(home, KeyId), member(third, KeyId)])
    }
    for (const region of regions)
      expect((await vault.region(region).decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
    expect(await vault.region(second).getKeyRotationStatus({ KeyId })).toMatchObject({ KeyRotationEnabled: true })
    await vault.region(second).rotateKeyOnDemand({ KeyId })
    await metadataOf(kms, KeyId)
    await roundTrip(kms, vault.region(third), KeyId)
    const update = async (region: string) =>
      (await auditRecords(name, region)).filter(({ eventName }) => eventName === 'UpdatePrimaryRegion')
    const [[old], [recent]] = [await update(home), await update(second)]
    expect([old?.requestId, recent?.requestId]).toEqual([$metadata.requestId, $metadata.requestId])
    expect(old?.eventId).not.toBe(recent?.eventId)
  })

  test('MRK-13 what cannot be is refused by name', async () => {
    const { vault, kms } = await freshVault()
    const KeyId = await newSet(vault)
    const single = (await kms.createKey()).KeyMetadata as KeyMetadata
    const update = (client: KmsClient, id: string, PrimaryRegion: string) =>
      errorOf(client.updatePrimaryRegion({ KeyId: id, PrimaryRegion }))
    expect(await update(kms, KeyId, third)).toMatchObject({ name: 'NotFoundException' })
    expect(await update(kms, KeyId, home)).toMatchObject({ name: 'UnsupportedOperationException' })
    expect(await update(vault.region(second), KeyId, home)).toMatchObject({ name: 'UnsupportedOperationException' })
    expect(await update(kms, single.KeyId, second)).toMatchObject({ name: 'UnsupportedOperationException' })
    await vault.region(second).disableKey({ KeyId })
    expect(await update(kms, KeyId, second)).toMatchObject({
      name: 'DisabledException',
      message: `${arnIn(second, KeyId)} is disabled.`,
    })
    expect((await metadataOf(kms, KeyId)).MultiRegionConfiguration?.PrimaryKey).toEqual(member(home, KeyId))
  })
})

describe('deletion of a set', () => {
  test('MRK-16 DEL-25 a primary waits for its replicas: 7 and 7 days give day 14', async () => {
    const { vault, kms, name, setClock } = await clockedVault(start)
    const KeyId = await newSet(vault, [second, third])
    const schedule = (client: KmsClient) => client.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
    const { $metadata: _, ...answer } = await schedule(kms)
    expect(answer).toEqual({ KeyId: arnIn(home, KeyId), KeyState: 'PendingReplicaDeletion', PendingWindowInDays: 7 })
    const waiting = await metadataOf(kms, KeyId)
    expect(waiting).toMatchObject({
      KeyState: 'PendingReplicaDeletion',
      Enabled: false,
      PendingDeletionWindowInDays: 7,
    })
    expect(waiting).not.toHaveProperty('DeletionDate')
    await roundTrip(vault.region(second), vault.region(third), KeyId)
    expect(await errorOf(kms.encrypt({ KeyId, Plaintext: text }))).toMatchObject({
      name: 'KMSInvalidStateException',
      message: `${arnIn(home, KeyId)} is pending replica deletion.`,
    })
    for (const region of [second, third])
      expect((await schedule(vault.region(region))).DeletionDate).toEqual(new Date(start + 7 * DAY))
    setClock(start + 7 * DAY - 1)
    expect((await metadataOf(kms, KeyId)).KeyState).toBe('PendingReplicaDeletion')
    setClock(start + 7 * DAY)
    expect(await errorOf(metadataOf(vault.region(second), KeyId))).toMatchObject({ name: 'NotFoundException' })
    expect(await errorOf(metadataOf(vault.region(third), KeyId))).toMatchObject({ name: 'NotFoundException' })
    await expect.poll(async () => (await metadataOf(kms, KeyId)).KeyState).toBe('PendingDeletion')
    const pending = await metadataOf(kms, KeyId)
    expect(pending).toMatchObject({ DeletionDate: new Date(start + 14 * DAY) })
    expect(pending).not.toHaveProperty('PendingDeletionWindowInDays')
    expect(pending.MultiRegionConfiguration?.ReplicaKeys).toEqual([])
    setClock(start + 14 * DAY)
    expect(await errorOf(metadataOf(kms, KeyId))).toMatchObject({ name: 'NotFoundException' })
    for (const region of [home, second, third]) expect(await storedIn(name, 'materials', region)).toEqual([])
  })

  test('MRK-16 cancelling gives Disabled, in either state; a primary without replicas waits by itself', async () => {
    const { vault, kms } = await freshVault()
    const KeyId = await newSet(vault)
    await kms.scheduleKeyDeletion({ KeyId })
    await kms.cancelKeyDeletion({ KeyId })
    const cancelled = await metadataOf(kms, KeyId)
    expect(cancelled.KeyState).toBe('Disabled')
    expect(cancelled).not.toHaveProperty('PendingDeletionWindowInDays')
    const { KeyId: alone } = await newPrimary(kms)
    expect(await kms.scheduleKeyDeletion({ KeyId: alone })).toMatchObject({ KeyState: 'PendingDeletion' })
  })

  test('MRK-10 MRK-15 a deleted replica can be made again, and old ciphertexts work again', async () => {
    const { vault, kms, setClock } = await clockedVault(start)
    const KeyId = await newSet(vault)
    const replica = vault.region(second)
    await metadataOf(replica, KeyId)
    const { CiphertextBlob } = await replica.encrypt({ KeyId, Plaintext: text })
    await replica.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
    setClock(start + 7 * DAY)
    expect(await errorOf(replica.decrypt({ CiphertextBlob }))).toMatchObject({ name: 'AccessDeniedException' })
    await expect.poll(async () => (await metadataOf(kms, KeyId)).MultiRegionConfiguration?.ReplicaKeys).toEqual([])
    await kms.replicateKey({ KeyId, ReplicaRegion: second })
    await metadataOf(replica, KeyId)
    expect((await replica.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
  })
})

describe('nothing is lost between the Regions', () => {
  test('a set whose work was cut short at any moment comes to rest when the vault is opened again', async () => {
    const { vault, name } = await freshVault()
    const KeyId = await newSet(vault, [third])
    const { CiphertextBlob } = await vault.kms.encrypt({ KeyId, Plaintext: text })
    await vault.close()
    for (let round = 0; round < 12; round++) {
      const worker = new Worker(new URL('../fixtures/clock-hsm.ts', import.meta.url), { type: 'module' })
      const { vault: victim } = await openAgain(name, { worker })
      const work = [
        victim.kms.replicateKey({ KeyId, ReplicaRegion: second }),
        victim.kms.rotateKeyOnDemand({ KeyId }),
        victim.kms.updatePrimaryRegion({ KeyId, PrimaryRegion: third }),
      ]
      const settled = Promise.allSettled(work)
      await new Promise((resolve) => setTimeout(resolve, round * 3))
      worker.terminate()
      await settled
      const { vault: after } = await openAgain(name)
      const roles: string[] = []
      let replicas: string[] = []
      await expect
        .poll(async () => {
          const metadata = await metadataOf(after.kms, KeyId)
          replicas = metadata.MultiRegionConfiguration?.ReplicaKeys?.map(({ Region }) => Region as string) ?? []
          return metadata.KeyState
        })
        .toBe('Enabled')
      const primary = (await metadataOf(after.kms, KeyId)).MultiRegionConfiguration?.PrimaryKey?.Region as string
      for (const region of new Set([primary, ...replicas])) {
        const client = after.region(region)
        const metadata = await metadataOf(client, KeyId)
        expect(metadata.KeyState).toBe('Enabled')
        expect((await client.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
        await roundTrip(client, after.kms, KeyId)
        roles.push(metadata.MultiRegionConfiguration?.MultiRegionKeyType as string)
        expect(metadata.MultiRegionConfiguration?.PrimaryKey?.Region).toBe(primary)
      }
      expect(roles.filter((role) => role === 'PRIMARY')).toHaveLength(1)
      // Back to where the round began.
      if (primary !== home) {
        await after.region(primary).updatePrimaryRegion({ KeyId, PrimaryRegion: home })
        await metadataOf(after.kms, KeyId)
      }
      await after.close()
    }
  })
})
