/**
 * LOCK-2: every operation, on keys of every kind that it takes, against a vault that is locked at rest. What it has to answer
 * is in `fixtures/locked-answers.ts`, beside chapter 03's own table.
 */
import { type KeyMetadata, type KmsClient, type OperationInput, type OperationName, openVault } from 'browser-kms'
import { expect, test } from 'vitest'
import { operations } from '../../../src/contract/model.js'
import { importMaterial } from '../fixtures/import.js'
import { messageOf, operations as tabled } from '../fixtures/key-state-table.js'
import { randomBytes } from '../fixtures/random-bytes.js'
import { grantee, inputs, kinds, onStores, validRequest } from '../fixtures/requests.js'
import { shared } from '../fixtures/shared.js'
import { call, discard, newVaultName } from '../fixtures/vault.js'
import { protectors } from './fixtures/locked.js'
import { answerOf } from './fixtures/locked-answers.js'

type Kind = OperationInput<'CreateKey'>

const symmetric: Kind = {}
const external: Kind = { Origin: 'EXTERNAL' }
const everyKind: Readonly<Record<string, Kind>> = {
  'symmetric encryption key': symmetric,
  'imported key': external,
  'multi-Region key': { MultiRegion: true },
  'native key pair': { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
  'sealed key pair': { KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' },
  'encryption key pair': { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' },
  'agreement key pair': { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' },
  'encapsulation key pair': { KeySpec: 'ML_KEM_768', KeyUsage: 'ENCAPSULATE_DECAPSULATE' },
  'HMAC key': { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
  'sealed HMAC key': { KeySpec: 'HMAC_224', KeyUsage: 'GENERATE_VERIFY_MAC' },
}
const { 'symmetric encryption key': _, 'imported key': __, 'multi-Region key': ___, ...others } = everyKind
const pairs = Object.fromEntries(Object.entries(others).filter(([name]) => name.endsWith('pair')))
const symmetricKinds = { 'imported key': external, 'multi-Region key': { MultiRegion: true } }

/** Operations that take keys of many kinds, beside the one that requests.ts makes. */
const takes: { readonly [Operation in OperationName]?: Readonly<Record<string, Kind>> } = {
  CreateAlias: everyKind,
  CreateGrant: everyKind,
  DescribeKey: everyKind,
  DisableKey: everyKind,
  EnableKey: everyKind,
  Decrypt: symmetricKinds,
  Encrypt: symmetricKinds,
  GenerateDataKey: symmetricKinds,
  GenerateDataKeyPair: symmetricKinds,
  GetKeyLastUsage: everyKind,
  GetKeyPolicy: everyKind,
  GetKeyRotationStatus: symmetricKinds,
  GetPublicKey: pairs,
  ListAliases: everyKind,
  ListGrants: everyKind,
  ListKeyRotations: symmetricKinds,
  ListResourceTags: everyKind,
  PutKeyPolicy: everyKind,
  ReEncrypt: symmetricKinds,
  ScheduleKeyDeletion: everyKind,
  TagResource: everyKind,
  UntagResource: everyKind,
  UpdateAlias: symmetricKinds,
  UpdateKeyDescription: everyKind,
}

interface Case {
  readonly operation: OperationName
  /** Undefined for the one that requests.ts makes. */
  readonly kind: string | undefined
}
const cases: readonly Case[] = (Object.keys(operations) as OperationName[]).flatMap((operation) =>
  [undefined, ...Object.keys(takes[operation] ?? {})].map((kind) => ({ operation, kind })),
)

/** A grant is named by its token, which cannot be read while the vault is locked; or by itself. */
async function grantToRetire(kms: KmsClient): Promise<object> {
  const { KeyId, Arn } = (await kms.createKey({})).KeyMetadata
  const { GrantId } = await kms.createGrant({ KeyId, GranteePrincipal: grantee, Operations: ['DescribeKey'] })
  return { KeyId: Arn, GrantId }
}

async function requestOf(kms: KmsClient, { operation, kind }: Case): Promise<object> {
  if (operation === 'RetireGrant') return grantToRetire(kms)
  if (onStores.includes(operation)) return { CustomKeyStoreId: 'cks-1' }
  if (operation === 'CreateCustomKeyStore') return { CustomKeyStoreName: 'store' }
  if (operation === 'DescribeCustomKeyStores') return {}
  if (kind === undefined) return validRequest(kms, operation)
  const made = everyKind[kind] as Kind
  const { KeyMetadata } = await kms.createKey(made)
  if (made.Origin === 'EXTERNAL') await importMaterial(kms, KeyMetadata.KeyId, randomBytes(32))
  return (await inputs[operation]?.(kms, KeyMetadata as KeyMetadata)) as object
}

/** A vault with a request for each case, made while it was unlocked. */
const vault = shared(
  async () => {
    const name = newVaultName()
    const opened = await openVault({ name, lock: { protectors } })
    const requests = new Map<Case, object>()
    const isToken = ({ operation }: Case) => operation === 'ImportKeyMaterial'
    for (const each of cases) if (!isToken(each)) requests.set(each, await requestOf(opened.kms, each))
    await opened.lock.now()
    // An import token from before waits, as grant tokens do.
    for (const each of cases) if (isToken(each)) requests.set(each, await requestOf(opened.kms, each))
    return { vault: opened, kms: opened.kms, name, requests }
  },
  (made) => discard(made),
)

const isRefusedAnyway = (operation: OperationName) =>
  onStores.includes(operation) || operation === 'CreateCustomKeyStore'

/** Of keys that wait for their material, which is shown: the state that the guard sees is their own. */
function expected({ operation, kind }: Case): ReturnType<typeof answerOf> | 'works' | 'refused' {
  if (isRefusedAnyway(operation)) return 'refused'
  if (!tabled.includes(operation) && !/capsulate$/.test(operation)) return 'works'
  const waits = kind === undefined && (operation === 'CancelKeyDeletion' || kinds[operation]?.Origin === 'EXTERNAL')
  return waits ? 'works' : answerOf(operation, kind === 'imported key' ? 'EXTERNAL' : 'AWS_KMS')
}

test('no operation is left out', () => {
  expect(Object.keys(operations)).toHaveLength(56)
})

test.each(cases.map((each) => [each.operation, each.kind ?? 'the key that it needs', each] as const))(
  '%s, %s',
  async (operation, _kind, each) => {
    const { kms, requests } = vault
    const outcome = await call(kms, operation, requests.get(each)).then(
      () => 'works',
      ({ name, message, reason }: { name: string; message: string; reason?: string }) => ({ name, message, reason }),
    )
    const answer = expected(each)
    if (answer === 'refused') return expect(outcome).toMatchObject({ reason: undefined })
    if (answer === 'locked')
      return expect(outcome).toEqual({
        name: 'KMSInvalidStateException',
        message: expect.stringMatching(/^arn:aws:kms:.* is unavailable because the vault is locked\.$/),
        reason: 'locked',
      })
    if (answer === 'works' || answer === 'real state' || answer.result === 'ok') return expect(outcome).toBe('works')
    expect(outcome).toEqual({ name: answer.error, message: messageOf(answer, 'ARN', 'AWS_KMS'), reason: undefined })
  },
)
