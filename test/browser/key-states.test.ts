/**
 * The key-state truth table (chapter 03): every cell of it that a key can get into, against a vault, with the error and
 * the message that the table prescribes. `fixtures/key-states.json` is the table as the specification has it; where the
 * vault answers otherwise on purpose, this file says so and why.
 */
import type { KeyMetadata, KeyState, KmsClient, OperationName, Origin } from 'browser-kms'
import { describe, expect, test } from 'vitest'
import { builtOperations } from '../../worker/operations/table.js'
import { guardKeyState } from '../../worker/pipeline/state-guard.js'
import { sharedClockedVault, start } from './fixtures/clock.js'
import { importMaterial, wrapped } from './fixtures/import.js'
import {
  cellOf,
  dependsOnOrigin,
  messageOf,
  operations,
  printedOperations,
  type Rule,
  ruleOf,
  signOf,
  states,
} from './fixtures/key-state-table.js'
import { ciphertextOf, inputs, kinds, newAlias, otherRegion } from './fixtures/requests.js'
import { accountId, call, errorOf, expectError, freshVault, keyArn, newKey, utf8 } from './fixtures/vault.js'

/** Custom key stores are not built, so that no key gets there (STATE-29). */
const unreachable: readonly KeyState[] = ['Unavailable']
const reachable = states.filter((state) => !unreachable.includes(state))

const ok: Rule = { when: 'always', result: 'ok' }
const fails = (error: string, text: string): Rule => ({
  when: 'always',
  result: 'fail',
  error,
  message: `{keyArn} ${text}`,
})

const HOUR = 3_600_000
const thirdRegion = 'browser-local-3'
const text = utf8('text')
/** What every EXTERNAL key has here, and what some rotate to. */
const [material, newMaterial] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]

/** Where the vault answers otherwise than the table, on purpose. */
const deviations: readonly {
  readonly because: string
  readonly operations: readonly OperationName[]
  readonly origins: readonly Origin[]
  readonly instead: { readonly [State in KeyState]?: Rule }
}[] = [
  {
    because: 'ROT-20: EXTERNAL keys have a rotation status and a history',
    operations: ['GetKeyRotationStatus', 'ListKeyRotations'],
    origins: ['EXTERNAL'],
    instead: {
      Enabled: ok,
      Disabled: ok,
      PendingDeletion: ok,
      PendingReplicaDeletion: ok,
      PendingImport: ok,
      Creating: ok,
      Updating: ok,
    },
  },
  {
    because: 'STATE-23, aws-facts 8: EXTERNAL keys rotate on demand, and their state is told like that of others',
    operations: ['RotateKeyOnDemand'],
    origins: ['EXTERNAL'],
    instead: {
      Enabled: ok,
      Disabled: fails('DisabledException', 'is disabled.'),
      PendingDeletion: fails('KMSInvalidStateException', 'is pending deletion.'),
      PendingReplicaDeletion: fails('KMSInvalidStateException', 'is pending replica deletion.'),
      PendingImport: fails('KMSInvalidStateException', 'is pending import.'),
      Updating: ok,
    },
  },
  {
    because: 'MRK-13: one move of the primary ends before the next begins',
    operations: ['UpdatePrimaryRegion'],
    origins: ['AWS_KMS', 'EXTERNAL'],
    instead: { Updating: fails('KMSInvalidStateException', 'is updating.') },
  },
]

/** In which part a key is in the request, where an operation uses two. */
type Part = 'key' | 'destination' | 'current target'
const parts: { readonly [Operation in OperationName]?: readonly Part[] } = {
  ReEncrypt: ['key', 'destination'],
  UpdateAlias: ['key', 'current target'],
}

interface Case {
  readonly operation: OperationName
  readonly state: KeyState
  readonly origin: Origin
  readonly part: Part
}

/** What the vault is to answer. */
function expected({ operation, state, origin, part }: Case): Rule {
  const deviation = deviations.find(
    (each) => each.operations.includes(operation) && each.origins.includes(origin) && each.instead[state],
  )
  const circumstances = { origin, isCurrentAliasTarget: part === 'current target' }
  return deviation?.instead[state] ?? ruleOf(cellOf(operation, state), circumstances)
}

/** One case for each cell; more where its answer depends on the origin, or the request names two keys. */
const cases: readonly Case[] = operations.flatMap((operation) =>
  reachable.flatMap((state) =>
    originsOf(operation, state).flatMap((origin) =>
      (parts[operation] ?? ['key']).map((part) => ({ operation, state, origin, part })),
    ),
  ),
)

function originsOf(operation: OperationName, state: KeyState): readonly Origin[] {
  if (state === 'PendingImport') return ['EXTERNAL']
  // The one cell of this operation that means EXTERNAL keys without saying so.
  if (operation === 'ImportKeyMaterial' && state === 'Updating') return ['EXTERNAL']
  return dependsOnOrigin(cellOf(operation, state)) ? ['AWS_KMS', 'EXTERNAL'] : ['AWS_KMS']
}

const title = ({ operation, state, origin, part }: Case) => {
  const { result, error } = expected({ operation, state, origin, part })
  const key = `${part === 'key' ? 'a key' : `a ${part}`} of origin ${origin} that is ${state}`
  return [`${operation}, ${key}: ${result === 'ok' ? 'succeeds' : error}`, { operation, state, origin, part }] as const
}

describe('the table itself', () => {
  test('STATE-32 column sums of the copy that the tests go by', () => {
    const sums = states.map((state) => {
      const outcomes = printedOperations.map((operation) => cellOf(operation, state).outcome)
      const count = (outcome: string) => outcomes.filter((each) => each === outcome).length
      return [state, ...['ok', 'fail', 'conditional', 'n/a', 'no-effect'].map(count)]
    })
    expect(sums).toEqual([
      ['Enabled', 34, 1, 7, 0, 0],
      ['Disabled', 20, 18, 4, 0, 0],
      ['PendingDeletion', 12, 27, 3, 0, 0],
      ['PendingReplicaDeletion', 12, 27, 3, 0, 0],
      ['PendingImport', 18, 18, 0, 5, 1],
      ['Unavailable', 19, 15, 0, 8, 0],
      ['Creating', 16, 24, 2, 0, 0],
      ['Updating', 30, 7, 5, 0, 0],
    ])
  })

  /** STATE-13, by hand: the seven columns of the chapter. */
  const pending = 'X [2] or [3]'
  const printed: readonly [string, ...string[]][] = [
    ['CancelKeyDeletion', 'X [4]', 'X [4]', '✓', 'X [4]', 'X [4], [13]', 'X [4]', 'X [4]'],
    ['CreateAlias, TagResource, UntagResource, UpdateKeyDescription', '✓', '✓', 'X [3]', '✓', '✓', '✓', '✓'],
    ['CreateGrant', '✓', 'X [1]', pending, 'X [5]', '✓', 'X [14]', '✓'],
    ['Encrypt, Decrypt, ReEncrypt', '✓', 'X [1]', pending, 'X [5]', 'X [11]', 'X [14]', '✓'],
    ['GenerateDataKey, GenerateDataKeyWithoutPlaintext', '✓', 'X [1]', pending, 'X [5]', 'X [11]', 'X [14]', '✓'],
    [
      'GenerateDataKeyPair, GenerateDataKeyPairWithoutPlaintext',
      '✓',
      'X [1]',
      pending,
      'X [5]',
      'X [11]',
      'X [14]',
      '✓',
    ],
    ['DeleteAlias, DescribeKey, GetKeyPolicy, ListAliases, ListGrants', '✓', '✓', '✓', '✓', '✓', '✓', '✓'],
    ['ListKeyPolicies, ListResourceTags, PutKeyPolicy, RetireGrant, RevokeGrant', '✓', '✓', '✓', '✓', '✓', '✓', '✓'],
    ['DeleteImportedKeyMaterial', '✓ [9]', '✓ [9]', '✓ [9]', '✓ no effect', 'N/A', 'X [14]', 'X [15]'],
    ['DisableKey, EnableKey', '✓', '✓', 'X [3]', 'X [5]', '✓ [12]', 'X [14]', 'X [15]'],
    [
      'DisableKeyRotation, EnableKeyRotation, RotateKeyOnDemand',
      '? [7]',
      'X [1] or [7]',
      'X [3] or [7]',
      'X [6]',
      'X [7]',
      'X [14]',
      '? [7]',
    ],
    ['GenerateMac, VerifyMac, Sign, Verify', '✓', 'X [1]', pending, 'N/A', 'N/A', 'X [14]', '✓'],
    ['GetKeyRotationStatus, ListKeyRotations', '? [7]', '? [7]', '? [7]', 'X [6]', 'X [7]', '? [7]', '? [7]'],
    ['GetParametersForImport', '? [9]', '? [9]', 'X [8] or [9]', '✓', 'X [9]', 'X [14]', 'X [15]'],
    ['GetPublicKey', '✓', '✓', pending, 'N/A', 'N/A', 'X [14]', '✓'],
    ['ImportKeyMaterial', '? [9]', '? [9]', 'X [8] or [9]', '✓', 'X [9]', 'X [14]', '✓'],
    ['ReplicateKey', '✓', 'X [1]', pending, 'X [5]', 'N/A', 'X [14]', 'X [15]'],
    ['ScheduleKeyDeletion', '✓', '✓', 'X [3]', '✓', '✓', '✓', 'X [15]'],
    ['UpdateAlias', '✓', '✓', '? [10]', '✓', '✓', '✓', '✓'],
    ['UpdatePrimaryRegion', '✓', 'X [1]', pending, 'X [5]', 'N/A', 'X [14]', '✓'],
  ]
  const printedRows = printed.flatMap(([names, ...signs]) => names.split(', ').map((name) => [name, signs] as const))

  test.each(printedRows)('STATE-13 the copy agrees with the chapter: %s', (operation, signs) => {
    const shown = states.map((state) => signOf(cellOf(operation as OperationName, state)))
    const [enabled, disabled, pendingDeletion, ...rest] = signs
    expect(shown).toEqual([enabled, disabled, pendingDeletion, pendingDeletion, ...rest])
  })

  test('STATE-12 it has 42 operations, and the chapter the same', () => {
    expect(printedRows.map(([name]) => name).sort()).toEqual([...printedOperations].sort())
    expect(printedOperations).toHaveLength(42)
  })

  test.each(operations)('%s: the guard of the worker agrees, also about Unavailable', (operation) => {
    for (const state of states)
      for (const origin of state === 'PendingImport' ? (['EXTERNAL'] as const) : (['AWS_KMS', 'EXTERNAL'] as const))
        for (const part of ['key', 'current target'] as const) {
          const rule = expected({ operation, state, origin, part })
          const isCurrentAliasTarget = part === 'current target'
          const guard = () =>
            guardKeyState(operation, { arn: 'ARN', state, origin, isCurrentAliasTarget, isLocked: false })
          if (rule.result !== 'fail') expect(guard).not.toThrow()
          else
            expect(guard).toThrow(
              expect.objectContaining({ name: rule.error, message: messageOf(rule, 'ARN', origin) }),
            )
        }
  })

  test.each(['enabled', 'Open', '', '__proto__', 'constructor', undefined])(
    'a state that nobody knows, %o, lets nothing pass, whatever has written the record',
    (written) => {
      const key = { arn: 'ARN', origin: 'AWS_KMS', isCurrentAliasTarget: false, isLocked: false } as const
      for (const operation of operations)
        expect(() => guardKeyState(operation, { ...key, state: written as KeyState })).toThrow(
          expect.objectContaining({ name: 'KMSInvalidStateException' }),
        )
    },
  )
})

describe('STATE-31 every cell that a key can get into, against a vault', () => {
  test('no cell is left out but those of keys in custom key stores', () => {
    const covered = new Set(cases.map(({ operation, state }) => `${operation} ${state}`))
    const cells = operations.flatMap((operation) => states.map((state) => `${operation} ${state}`))
    expect(cells.filter((cell) => !covered.has(cell))).toEqual(
      operations.map((operation) => `${operation} Unavailable`),
    )
  })

  test('no operation is left out: all of the table are built', () => {
    expect(operations.filter((operation) => !builtOperations.includes(operation))).toEqual([])
  })

  test('STATE-14 what is built and has no row uses no existing key, or is newer than every edition of the table', () => {
    expect(builtOperations.filter((operation) => !operations.includes(operation)).sort()).toEqual([
      'ConnectCustomKeyStore',
      'CreateKey',
      'Decapsulate',
      'DeleteCustomKeyStore',
      'DescribeCustomKeyStores',
      'DisconnectCustomKeyStore',
      'Encapsulate',
      'GenerateRandom',
      'UpdateCustomKeyStore',
    ])
  })

  const shared = sharedClockedVault(start, { replicationDelay: HOUR })
  test.each(cases.map(title))('%s', async (_title, asked) => {
    const { kms, key, input } = await prepare(asked)
    const answer = call(kms, asked.operation, input)
    const rule = expected(asked)
    if (isGrantOfCreatingKey(asked)) return expectError(answer, 'NotFoundException', /^Grant ID/)
    if (rule.result === 'fail')
      return expectError(answer, rule.error as string, messageOf(rule, key.Arn as string, asked.origin))
    await answer
    const effect = effects[rule.effect ?? '']
    if (effect) expect((await kms.describeKey({ KeyId: key.KeyId })).KeyMetadata.KeyState).toBe(effect(asked.state))
  })

  /** What a cell says of the state afterwards. */
  const effects: Readonly<Record<string, (before: KeyState) => KeyState>> = {
    stateBecomesPendingImport: () => 'PendingImport',
    stateUnchanged: (before) => before,
    none: (before) => before,
  }

  /** A key that is Creating can have no grant yet: that the grant is missed, and nothing else, shows that it passed. */
  function isGrantOfCreatingKey({ operation, state }: Case): boolean {
    return state === 'Creating' && (operation === 'RetireGrant' || operation === 'RevokeGrant')
  }

  /** A key in the state of a case, a client of its Region, and an input that is valid but for the state. */
  async function prepare(asked: Case): Promise<{ kms: KmsClient; key: KeyMetadata; input: object }> {
    const { operation, state, origin } = asked
    const { vault, kms } = shared
    const { Origin: _, MultiRegion = false, ...kind } = kinds[operation] ?? {}
    const isOfSet = MultiRegion || ['PendingReplicaDeletion', 'Creating', 'Updating'].includes(state)
    const made = { ...kind, ...(origin === 'EXTERNAL' && { Origin: origin }), ...(isOfSet && { MultiRegion: true }) }
    const key = (await kms.createKey(made)).KeyMetadata
    const { KeyId } = key
    const isSymmetric = kind.KeySpec === undefined
    // An input of the others needs no material of the key itself.
    if (origin === 'EXTERNAL' && isSymmetric) await importMaterial(kms, KeyId, material)
    const inputHere = () => makeInput(kms, key, asked)
    let input: object
    switch (state) {
      case 'Enabled':
        input = await inputHere()
        break
      case 'Disabled':
        input = await inputHere()
        await kms.disableKey({ KeyId })
        break
      case 'PendingDeletion':
        input = await inputHere()
        await kms.scheduleKeyDeletion({ KeyId })
        break
      case 'PendingReplicaDeletion':
        await kms.replicateKey({ KeyId, ReplicaRegion: otherRegion })
        input = await inputHere()
        await kms.scheduleKeyDeletion({ KeyId })
        break
      case 'PendingImport':
        if (isSymmetric) {
          input = await inputHere()
          await kms.deleteImportedKeyMaterial({ KeyId })
        } else input = { ...(await makeInput(kms, (await kms.createKey(kind)).KeyMetadata, asked)), KeyId }
        break
      case 'Creating': {
        await kms.replicateKey({ KeyId, ReplicaRegion: otherRegion })
        const there = vault.region(otherRegion)
        const replica = await inState(there, KeyId, state)
        return { kms: there, key: replica, input: await makeInput(lending(kms, there), replica, asked) }
      }
      case 'Updating':
        await addReadyReplica(KeyId, origin)
        input = await inputHere()
        await kms.updatePrimaryRegion({ KeyId, PrimaryRegion: otherRegion })
        break
      default:
        throw new TypeError(`no key gets into ${state}`)
    }
    return { kms, key: await inState(kms, KeyId, state), input }
  }

  async function inState(kms: KmsClient, KeyId: string, state: KeyState): Promise<KeyMetadata> {
    const { KeyMetadata } = await kms.describeKey({ KeyId })
    expect(KeyMetadata.KeyState).toBe(state)
    return KeyMetadata
  }

  /** Replicates a key and lets the clock go on until its replica can be used. */
  async function addReadyReplica(KeyId: string, origin: Origin): Promise<void> {
    const { vault, kms } = shared
    await kms.replicateKey({ KeyId, ReplicaRegion: otherRegion })
    await goOn()
    if (origin === 'EXTERNAL') await importMaterial(vault.region(otherRegion), KeyId, material)
    await inState(vault.region(otherRegion), KeyId, 'Enabled')
  }

  let moment = start
  /** As long as replication takes. (Keys of earlier cases come out of their states; nobody needs them any more.) */
  async function goOn(): Promise<void> {
    moment += HOUR
    shared.setClock(moment)
    await shared.vault.region(otherRegion).listKeys({ Limit: 1 })
  }

  async function makeInput(kms: KmsClient, key: KeyMetadata, { operation, state, origin, part }: Case) {
    const { KeyId } = key
    switch (operation) {
      case 'ListKeys':
        return {}
      case 'ReEncrypt': {
        if (part === 'key') break
        const client = state === 'Creating' ? shared.vault.region(otherRegion) : kms
        return { CiphertextBlob: await ciphertextOf(client, (await newKey(client)).KeyId), DestinationKeyId: KeyId }
      }
      case 'UpdateAlias':
        if (part === 'key') break
        return { AliasName: await newAlias(kms, key), TargetKeyId: (await newKey(kms)).KeyId }
      case 'RetireGrant':
      case 'RevokeGrant':
        if (state !== 'Creating') break
        return { KeyId: operation === 'RetireGrant' ? key.Arn : KeyId, GrantId: '0'.repeat(64) }
      case 'ImportKeyMaterial': {
        if (origin === 'EXTERNAL' && state !== 'Creating') return wrapped(kms, KeyId, material)
        // It needs a token, which a key that takes no material does not give.
        const other = (await shared.kms.createKey({ Origin: 'EXTERNAL' })).KeyMetadata.KeyId
        return { ...(await wrapped(shared.kms, other, material)), KeyId }
      }
      case 'RotateKeyOnDemand':
        // Imported material that waits is what an EXTERNAL key rotates to, once all of its set have it.
        if (origin === 'AWS_KMS' || expected({ operation, state, origin, part }).result !== 'ok') break
        await importMaterial(kms, KeyId, newMaterial, { ImportType: 'NEW_KEY_MATERIAL' })
        if (state === 'Updating') await importMaterial(shared.vault.region(otherRegion), KeyId, newMaterial)
        break
      case 'UpdatePrimaryRegion':
        if (state === 'Enabled') await addReadyReplica(KeyId, origin)
        return { KeyId, PrimaryRegion: otherRegion }
      case 'ReplicateKey':
        return { KeyId, ReplicaRegion: thirdRegion }
    }
    return (await inputs[operation]?.(kms, key)) as object
  }

  /** A replica's client, with the primary's in its place for what needs the material that the replica lacks yet. */
  function lending(primary: KmsClient, replica: KmsClient): KmsClient {
    const lent: readonly PropertyKey[] = ['encrypt', 'sign', 'generateMac', 'getPublicKey']
    return new Proxy(replica, {
      get(_target, name) {
        const client = lent.includes(name) ? primary : replica
        const method = Reflect.get(client, name) as (input: unknown) => unknown
        return method.bind(client)
      },
    })
  }

  describe('STATE-18 UpdatePrimaryRegion looks at the replica that is to be the primary too', () => {
    const heirs: [state: KeyState, origin: Origin, error: string, text: string][] = [
      ['Disabled', 'AWS_KMS', 'DisabledException', 'is disabled.'],
      ['PendingDeletion', 'AWS_KMS', 'KMSInvalidStateException', 'is pending deletion.'],
      ['PendingImport', 'EXTERNAL', 'KMSInvalidStateException', 'is pending import.'],
      ['Creating', 'AWS_KMS', 'KMSInvalidStateException', 'is creating.'],
    ]
    test.each(heirs)('%s', async (state, origin, error, text) => {
      const { vault, kms } = shared
      const there = vault.region(otherRegion)
      const made = { MultiRegion: true, ...(origin === 'EXTERNAL' && { Origin: origin }) }
      const { KeyId } = (await kms.createKey(made)).KeyMetadata
      if (origin === 'EXTERNAL') await importMaterial(kms, KeyId, material)
      await kms.replicateKey({ KeyId, ReplicaRegion: otherRegion })
      if (state !== 'Creating') await goOn()
      if (state === 'Disabled') await there.disableKey({ KeyId })
      if (state === 'PendingDeletion') await there.scheduleKeyDeletion({ KeyId })
      const heir = await inState(there, KeyId, state)
      await expectError(kms.updatePrimaryRegion({ KeyId, PrimaryRegion: otherRegion }), error, `${heir.Arn} ${text}`)
      await inState(kms, KeyId, 'Enabled')
    })
  })

  test('T19 T20 both keys are Updating while the primary moves, can be used, and are Enabled afterwards', async () => {
    const { vault, kms } = shared
    const there = vault.region(otherRegion)
    const { KeyId } = (await kms.createKey({ MultiRegion: true })).KeyMetadata
    await addReadyReplica(KeyId, 'AWS_KMS')
    const CiphertextBlob = await ciphertextOf(kms, KeyId)
    await kms.updatePrimaryRegion({ KeyId, PrimaryRegion: otherRegion })
    for (const client of [kms, there]) {
      const { Enabled, Arn } = await inState(client, KeyId, 'Updating')
      expect(Enabled).toBe(false)
      expect((await client.decrypt({ CiphertextBlob })).Plaintext).toEqual(text)
      for (const refused of [client.disableKey({ KeyId }), client.scheduleKeyDeletion({ KeyId })])
        await expectError(refused, 'KMSInvalidStateException', `${Arn} is updating.`)
    }
    await goOn()
    const moved = [await inState(kms, KeyId, 'Enabled'), await inState(there, KeyId, 'Enabled')]
    const types = moved.map(({ MultiRegionConfiguration }) => MultiRegionConfiguration?.MultiRegionKeyType)
    expect(types).toEqual(['REPLICA', 'PRIMARY'])
  })

  test('T11 T16 T17 a replica is Creating, then Enabled; one that is deleted meanwhile goes like others', async () => {
    const { vault, kms } = shared
    const there = vault.region(otherRegion)
    const [one, other] = [
      (await kms.createKey({ MultiRegion: true })).KeyMetadata.KeyId,
      (await kms.createKey({ MultiRegion: true })).KeyMetadata.KeyId,
    ]
    for (const KeyId of [one, other]) await kms.replicateKey({ KeyId, ReplicaRegion: otherRegion })
    expect((await inState(there, one, 'Creating')).Enabled).toBe(false)
    await there.scheduleKeyDeletion({ KeyId: other })
    await goOn()
    await inState(there, one, 'Enabled')
    await inState(there, other, 'PendingDeletion')
    const arn = `arn:aws:kms:${otherRegion}:${accountId}:key/${other}`
    await expectError(
      there.encrypt({ KeyId: other, Plaintext: text }),
      'KMSInvalidStateException',
      `${arn} is pending deletion.`,
    )
    await there.cancelKeyDeletion({ KeyId: other })
    await there.enableKey({ KeyId: other })
    expect((await there.decrypt({ CiphertextBlob: await ciphertextOf(kms, other) })).Plaintext).toEqual(text)
  })

  test.each(['key id', 'key ARN', 'alias name'])(
    'STATE-20 the message names the key by its ARN, also if the request names it by %s',
    async (form) => {
      const { kms } = shared
      const key = await newKey(kms)
      const alias = await newAlias(kms, key)
      await kms.disableKey({ KeyId: key.KeyId })
      const KeyId = form === 'key id' ? key.KeyId : form === 'key ARN' ? key.Arn : alias
      await expectError(kms.encrypt({ KeyId, Plaintext: text }), 'DisabledException', `${key.Arn} is disabled.`)
    },
  )

  test('STATE-2 STATE-3 what DescribeKey tells in every state, and nothing else', async () => {
    const shown = new Map<KeyState, object>()
    for (const state of reachable) {
      const origin = state === 'PendingImport' ? 'EXTERNAL' : 'AWS_KMS'
      const { key } = await prepare({ operation: 'DescribeKey', state, origin, part: 'key' })
      const { Enabled, DeletionDate, PendingDeletionWindowInDays } = key
      shown.set(state, { Enabled, DeletionDate, PendingDeletionWindowInDays })
    }
    const none = { Enabled: false, DeletionDate: undefined, PendingDeletionWindowInDays: undefined }
    expect(Object.fromEntries(shown)).toEqual({
      Enabled: { ...none, Enabled: true },
      Disabled: none,
      PendingDeletion: { ...none, DeletionDate: expect.any(Date) },
      PendingReplicaDeletion: { ...none, PendingDeletionWindowInDays: 30 },
      PendingImport: none,
      Creating: none,
      Updating: none,
    })
  })
})

describe('scheduling and cancelling', () => {
  test.each(['Enabled', 'Disabled'] as const)(
    'DEL-7 a key that was %s is Disabled after CancelKeyDeletion, and EnableKey makes it usable',
    async (before) => {
      const { kms } = await freshVault()
      const { KeyId, Arn } = await newKey(kms)
      const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: utf8('kept') })
      if (before === 'Disabled') await kms.disableKey({ KeyId })
      await kms.scheduleKeyDeletion({ KeyId })
      expect((await kms.cancelKeyDeletion({ KeyId })).KeyId).toBe(Arn)
      expect((await kms.describeKey({ KeyId })).KeyMetadata).toMatchObject({ KeyState: 'Disabled', Enabled: false })
      await expectError(kms.decrypt({ CiphertextBlob }), 'DisabledException', `${Arn} is disabled.`)
      await kms.enableKey({ KeyId })
      expect((await kms.decrypt({ CiphertextBlob })).Plaintext).toEqual(utf8('kept'))
    },
  )

  test('DEL-14 a cancelled deletion leaves no DeletionDate, and aliases, tags, policy, description and material as they were', async () => {
    const { kms } = await freshVault()
    const { KeyId } = (await kms.createKey({ Description: 'notes', Tags: [{ TagKey: 'Project', TagValue: 'Alpha' }] }))
      .KeyMetadata
    await kms.createAlias({ AliasName: 'alias/notes', TargetKeyId: KeyId })
    await kms.disableKey({ KeyId })
    const everything = async () => {
      const { KeyMetadata } = await kms.describeKey({ KeyId: 'alias/notes' })
      const { Tags } = await kms.listResourceTags({ KeyId })
      const { Policy } = await kms.getKeyPolicy({ KeyId })
      const { Aliases } = await kms.listAliases({ KeyId })
      return { KeyMetadata, Tags, Policy, Aliases }
    }
    const before = await everything()
    await kms.scheduleKeyDeletion({ KeyId })
    await kms.cancelKeyDeletion({ KeyId })
    expect(await everything()).toEqual(before)
  })

  test('DEL-10 ScheduleKeyDeletion answers KeyId, DeletionDate, KeyState and PendingWindowInDays', async () => {
    const { kms } = await freshVault()
    const { KeyId } = await newKey(kms)
    const before = Date.now()
    const { $metadata: _, ...answer } = await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
    const after = Date.now()
    const { DeletionDate } = (await kms.describeKey({ KeyId })).KeyMetadata
    expect(answer).toEqual({ KeyId: keyArn(KeyId), DeletionDate, KeyState: 'PendingDeletion', PendingWindowInDays: 7 })
    expect(answer.DeletionDate?.getTime()).toBeGreaterThanOrEqual(before + 7 * 86_400_000)
    expect(answer.DeletionDate?.getTime()).toBeLessThanOrEqual(after + 7 * 86_400_000)
  })

  test('DEL-4 the waiting period is 7 to 30 days, 30 if none is named', async () => {
    const { kms } = await freshVault()
    const { KeyId } = await newKey(kms)
    for (const PendingWindowInDays of [6, 31, 0, -7, 7.5])
      expect((await errorOf(kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays }))).name).toBe('ValidationException')
    expect((await kms.describeKey({ KeyId })).KeyMetadata.KeyState).toBe('Enabled')
    expect((await kms.scheduleKeyDeletion({ KeyId })).PendingWindowInDays).toBe(30)
    await kms.cancelKeyDeletion({ KeyId })
    expect((await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 30 })).PendingWindowInDays).toBe(30)
  })
})
