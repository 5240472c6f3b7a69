/** A vault with everything that a vault can have in it, what its keys have made, and whether another vault is the same. */
import {
  type KeyMetadata,
  type KeySpec,
  type KeyUsage,
  type KmsClient,
  keySpecs,
  openVault,
  type Vault,
} from 'browser-kms'
import { importMaterial } from '../../browser/fixtures/import.js'
import { type MadeBefore, makeAll, whatFails } from '../../browser/fixtures/made-before.js'
import { answersOf, type RegionAnswers } from '../../browser/fixtures/vault-answers.js'
import { type StoredAuditRecord, storedState } from './stored-state.js'

export const regions = ['browser-local-1', 'browser-local-2', 'browser-local-3'] as const
const [home, second, third] = regions
const account = 'arn:aws:iam::000000000000'
const text = (plain: string) => new TextEncoder().encode(plain)
const noteContext = { note: '42' }

/** Of an RSA key, making it takes seconds: each length has one usage but the shortest. */
const left: Partial<Record<KeySpec, KeyUsage>> = { RSA_3072: 'ENCRYPT_DECRYPT', RSA_4096: 'SIGN_VERIFY' }

/** All that a test needs to know of the vault when nothing else is left of it. */
export interface FullVault {
  readonly answers: Readonly<Record<string, RegionAnswers>>
  readonly made: readonly MadeBefore[]
  /** Made by keys that are of no use at the moment: disabled, or waiting to be deleted. */
  readonly resting: readonly MadeBefore[]
  readonly messages: readonly { readonly keyId: string; readonly message: Uint8Array; readonly length: number }[]
  readonly disabled: string
  readonly pendingDeletion: string
  /** Of a key whose imported material is not there. */
  readonly lost: { readonly keyId: string; readonly material: Uint8Array; readonly made: readonly MadeBefore[] }
  /** What a principal may decrypt by a grant and nothing else. */
  readonly granted: Uint8Array
}

/** Fills a vault. */
export async function fillVault(vault: Vault, name: string): Promise<FullVault> {
  const { kms } = vault
  const made = await forDigests(name)
  for (const [spec, { usages }] of Object.entries(keySpecs) as [KeySpec, (typeof keySpecs)[KeySpec]][])
    for (const usage of Object.keys(usages) as KeyUsage[])
      if (left[spec] !== usage) made.push(...(await makeAll(kms, home, await create(kms, spec, usage))))
  for (const region of [second, third]) {
    const client = vault.region(region)
    for (const key of [await create(client), await create(client, 'SM2', 'SIGN_VERIFY')])
      made.push(...(await makeAll(client, region, key)))
  }
  made.push(...(await rotated(kms)), ...(await imported(kms)), ...(await replicated(vault)))
  const { resting, ...states } = await restingKeys(vault)
  const lost = await lostMaterial(kms)
  const { messages, granted } = await described(vault)
  return { answers: await answersOf(vault, regions), made, resting, ...states, lost, messages, granted }
}

/** Keys that are kept sealed where others are native, so that they sign digests. */
async function forDigests(name: string): Promise<MadeBefore[]> {
  const vault = await openVault({ name, digestSigning: true })
  const made: MadeBefore[] = []
  for (const spec of ['ECC_NIST_EDWARDS25519', 'ECC_NIST_P256', 'RSA_2048'] as const)
    made.push(...(await makeAll(vault.kms, home, await create(vault.kms, spec, 'SIGN_VERIFY'))))
  await vault.close()
  return made
}

async function create(
  kms: KmsClient,
  KeySpec: KeySpec = 'SYMMETRIC_DEFAULT',
  KeyUsage: KeyUsage = 'ENCRYPT_DECRYPT',
  more: { readonly MultiRegion?: boolean; readonly Origin?: 'EXTERNAL' } = {},
): Promise<KeyMetadata> {
  return (await kms.createKey({ KeySpec, KeyUsage, Description: `${KeySpec} to ${KeyUsage}`, ...more })).KeyMetadata
}

/** Several materials of one key, each of which has made something. */
async function rotated(kms: KmsClient): Promise<MadeBefore[]> {
  const key = await create(kms)
  await kms.enableKeyRotation({ KeyId: key.KeyId, RotationPeriodInDays: 90 })
  const made = await makeAll(kms, home, key)
  for (let count = 0; count < 4; count++) {
    await kms.rotateKeyOnDemand({ KeyId: key.KeyId })
    made.push(...(await makeAll(kms, home, key)))
  }
  return made
}

async function pkcs8(algorithm: RsaHashedKeyGenParams | EcKeyGenParams): Promise<Uint8Array<ArrayBuffer>> {
  const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  return new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey))
}

/** Material from elsewhere: of all four kinds, one that expires, and several of one key. */
async function imported(kms: KmsClient): Promise<MadeBefore[]> {
  const bytes = (length: number) => crypto.getRandomValues(new Uint8Array(length))
  const external = (spec?: KeySpec, usage?: KeyUsage) => create(kms, spec, usage, { Origin: 'EXTERNAL' })
  const rsa = {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  }
  const curve = await pkcs8({ name: 'ECDSA', namedCurve: 'P-384' })
  const kinds = [
    [await external('HMAC_512', 'GENERATE_VERIFY_MAC'), bytes(64), {}],
    [await external('HMAC_224', 'GENERATE_VERIFY_MAC'), bytes(28), {}],
    [await external('RSA_2048', 'SIGN_VERIFY'), await pkcs8(rsa), { algorithm: 'RSA_AES_KEY_WRAP_SHA_256' }],
    [await external('RSA_2048', 'ENCRYPT_DECRYPT'), await pkcs8(rsa), { algorithm: 'RSA_AES_KEY_WRAP_SHA_256' }],
    [await external('ECC_NIST_P384', 'SIGN_VERIFY'), curve, {}],
    [await external('ECC_NIST_P384', 'KEY_AGREEMENT'), curve, {}],
    [await external(), bytes(32), { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: new Date(Date.now() + 3e9) }],
  ] as const
  const made: MadeBefore[] = []
  for (const [key, material, options] of kinds) {
    await importMaterial(kms, key.KeyId, material, options)
    made.push(...(await makeAll(kms, home, await metadataOf(kms, key))))
  }
  const several = await external()
  await importMaterial(kms, several.KeyId, bytes(32))
  made.push(...(await makeAll(kms, home, several)))
  await importMaterial(kms, several.KeyId, bytes(32), {
    ImportType: 'NEW_KEY_MATERIAL',
    KeyMaterialDescription: 'next',
  })
  await kms.rotateKeyOnDemand({ KeyId: several.KeyId })
  made.push(...(await makeAll(kms, home, several)))
  await external()
  return made
}

/** Multi-Region keys: what one Region has made, another opens; one has moved its primary, one is imported in both. */
async function replicated(vault: Vault): Promise<MadeBefore[]> {
  const { kms } = vault
  const key = await create(kms, undefined, undefined, { MultiRegion: true })
  const made = await makeAll(kms, home, key)
  for (const region of [second, third]) await replicate(vault, key, region)
  await kms.rotateKeyOnDemand({ KeyId: key.KeyId })
  for (const region of regions) {
    await enabled(vault.region(region), key.KeyId)
    for (const each of await makeAll(vault.region(region), region, key))
      made.push(...regions.map((region) => ({ ...each, region })))
  }
  const signing = await create(kms, 'ECC_SECG_P256K1', 'SIGN_VERIFY', { MultiRegion: true })
  await replicate(vault, signing, second)
  await kms.updatePrimaryRegion({ KeyId: signing.KeyId, PrimaryRegion: second })
  for (const region of [home, second]) await enabled(vault.region(region), signing.KeyId)
  for (const each of await makeAll(vault.region(second), second, signing)) made.push(each, { ...each, region: home })
  return made
}

async function replicate(vault: Vault, { KeyId }: KeyMetadata, ReplicaRegion: string): Promise<void> {
  const Tags = [{ TagKey: 'region', TagValue: ReplicaRegion }]
  await vault.kms.replicateKey({ KeyId, ReplicaRegion, Description: `in ${ReplicaRegion}`, Tags })
  for (const kms of [vault.kms, vault.region(ReplicaRegion)]) await enabled(kms, KeyId)
}

async function enabled(kms: KmsClient, KeyId: string): Promise<void> {
  while ((await kms.describeKey({ KeyId })).KeyMetadata.KeyState !== 'Enabled')
    await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Keys that are disabled, wait to be deleted, and wait for their replicas to be deleted before. */
async function restingKeys(vault: Vault): Promise<Pick<FullVault, 'resting' | 'disabled' | 'pendingDeletion'>> {
  const { kms } = vault
  const [disabled, pending] = [await create(kms, 'SM2', 'SIGN_VERIFY'), await create(kms)]
  const resting = [...(await makeAll(kms, home, disabled)), ...(await makeAll(kms, home, pending))]
  await kms.disableKey({ KeyId: disabled.KeyId })
  await kms.scheduleKeyDeletion({ KeyId: pending.KeyId, PendingWindowInDays: 9 })
  const set = await create(kms, undefined, undefined, { MultiRegion: true })
  await replicate(vault, set, third)
  await kms.scheduleKeyDeletion({ KeyId: set.KeyId, PendingWindowInDays: 7 })
  return { resting, disabled: disabled.KeyId, pendingDeletion: pending.KeyId }
}

async function lostMaterial(kms: KmsClient): Promise<FullVault['lost']> {
  const key = await create(kms, undefined, undefined, { Origin: 'EXTERNAL' })
  const material = crypto.getRandomValues(new Uint8Array(32))
  await importMaterial(kms, key.KeyId, material)
  const made = await makeAll(kms, home, key)
  await kms.deleteImportedKeyMaterial({ KeyId: key.KeyId })
  return { keyId: key.KeyId, material, made }
}

/** A key with a policy, grants, tags, aliases in two Regions, and messages. */
async function described(vault: Vault): Promise<Pick<FullVault, 'messages' | 'granted'>> {
  const { kms } = vault
  const { KeyId } = await create(kms)
  const other = await create(vault.region(second))
  const root = { Sid: 'root', Effect: 'Allow', Principal: { AWS: `${account}:root` }, Action: 'kms:*', Resource: '*' }
  const reader = { ...root, Sid: 'reader', Principal: { AWS: `${account}:user/reader` }, Action: 'kms:DescribeKey' }
  await kms.putKeyPolicy({ KeyId, Policy: JSON.stringify({ Version: '2012-10-17', Statement: [root, reader] }) })
  const GranteePrincipal = `${account}:user/widget`
  const Constraints = { EncryptionContextSubset: noteContext }
  await kms.createGrant({ KeyId, GranteePrincipal, Operations: ['Decrypt'], Constraints, Name: 'notes' })
  await kms.createGrant({
    KeyId,
    GranteePrincipal,
    Operations: ['DescribeKey', 'RetireGrant'],
    RetiringPrincipal: `${account}:user/boss`,
  })
  await kms.createGrant({
    KeyId,
    GranteePrincipal: `${account}:role/other`,
    Operations: ['Encrypt', 'GenerateDataKey'],
  })
  await kms.tagResource({
    KeyId,
    Tags: ['a', 'b', 'c'].map((TagKey) => ({ TagKey, TagValue: `${TagKey} of the tags` })),
  })
  for (const AliasName of ['alias/notes', 'alias/notes/old']) await kms.createAlias({ AliasName, TargetKeyId: KeyId })
  await vault.region(second).createAlias({ AliasName: 'alias/notes', TargetKeyId: other.KeyId })
  const messages: { keyId: string; message: Uint8Array; length: number }[] = []
  for (const [length, frameLength] of [
    [0, 4096],
    [100, 4096],
    [100_000, 4096],
    [1_500_000, 524_288],
  ] as const) {
    const message = await vault.envelope('alias/notes', { frameLength }).encrypt(content(length), noteContext)
    messages.push({ keyId: KeyId, message, length })
    if (length === 100) await kms.rotateKeyOnDemand({ KeyId })
  }
  const granted = await kms.encrypt({ KeyId, Plaintext: text('granted'), EncryptionContext: noteContext })
  return { messages, granted: granted.CiphertextBlob as Uint8Array }
}

function content(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).map((_, index) => (index * 7) % 251)
}

async function metadataOf(kms: KmsClient, { KeyId }: KeyMetadata): Promise<KeyMetadata> {
  return (await kms.describeKey({ KeyId })).KeyMetadata
}

/** What of a vault can be told before anything in it is used. */
export async function answersOfVault(name: string): Promise<FullVault['answers']> {
  const vault = await openVault({ name })
  const answers = await answersOf(vault, regions)
  await vault.close()
  return answers
}

/** The audit trail of each Region, as it is stored. */
export async function trailOf(name: string): Promise<readonly (readonly StoredAuditRecord[])[]> {
  const states = await Promise.all(regions.map((region) => storedState(name, region)))
  return states.map(({ audit }) => audit.flatMap(({ records }) => records))
}

/** Opens and verifies everything in a vault that is to be the same. @returns what fails */
export async function failuresIn(name: string, before: FullVault): Promise<readonly string[]> {
  const vault = await openVault({ name })
  const { kms } = vault
  const clientOf = (region: string) => vault.region(region)
  const failures = [...(await whatFails(clientOf, before.made))]
  for (const { keyId, message, length } of before.messages) {
    const opened = await vault
      .envelope(keyId)
      .decrypt(message, noteContext)
      .catch(({ message }: Error) => ({ plaintext: text(message) }))
    if (String(opened.plaintext) !== String(content(length))) failures.push(`the message of ${length} bytes`)
  }
  const widget = await vault.connect({ principal: 'user/widget' })
  const asked = { CiphertextBlob: before.granted, EncryptionContext: noteContext }
  const { Plaintext } = await widget.decrypt(asked)
  if (new TextDecoder().decode(Plaintext) !== 'granted') failures.push('what a grant allows')
  if (await widget.encrypt({ KeyId: 'alias/notes', Plaintext: text('x') }).then(Boolean, () => false))
    failures.push('a grant allows too much')
  await kms.enableKey({ KeyId: before.disabled })
  await kms.cancelKeyDeletion({ KeyId: before.pendingDeletion })
  await kms.enableKey({ KeyId: before.pendingDeletion })
  await importMaterial(kms, before.lost.keyId, new Uint8Array(before.lost.material))
  failures.push(...(await whatFails(clientOf, [...before.resting, ...before.lost.made])))
  await vault.close()
  return failures
}
