/** Protectors whose secret a person has, as pure functions (PROT-1 to PROT-4). */
import { ValidationException } from 'browser-kms'
import { beforeAll, describe, expect, test } from 'vitest'
import type { GestureMessage } from '../../../src/contract/protectors.js'
import {
  newProtector,
  type Openable,
  openProtectors,
  secretOf,
  wipeGiven,
} from '../../../worker/recovery/protectors/protectors.js'
import { openWrap, rewrap, vouches, withOnlyWrap } from '../../../worker/recovery/protectors/wrapping.js'
import type { ProtectorRecord } from '../../../worker/recovery/records.js'
import { assertion, NOW, newVault, oneOfEach, passphrase, random } from './fixtures.js'

const vault = newVault()
const types = ['passphrase', 'recoveryCode', 'passkey'] as const
type Type = (typeof types)[number]

let made: Awaited<ReturnType<typeof oneOfEach>>
beforeAll(async () => {
  made = await oneOfEach(vault)
})

const recordOf = (type: Type): ProtectorRecord => made[type].record
const code = () => made.recoveryCode.recoveryCode as string
const rightGesture: Readonly<Record<Type, () => GestureMessage>> = {
  passphrase: () => ({ passphrase }),
  recoveryCode: () => ({ recoveryCode: code() }),
  passkey: () => ({ passkey: assertion }),
}
const wrongGesture: Readonly<Record<Type, () => Promise<GestureMessage>>> = {
  passphrase: async () => ({ passphrase: 'correct horse battery stable' }),
  recoveryCode: async () => ({
    recoveryCode: (await newProtector({ type: 'recoveryCode' }, vault, NOW)).recoveryCode as string,
  }),
  passkey: async () => ({ passkey: { ...assertion, prfOutput: random(32) } }),
}

function openable(protectors: readonly ProtectorRecord[], changed: Partial<Openable> = {}): Openable {
  const { vaultId, pairId, rootPublicKey } = vault
  return { vaultId, pairId, rootPublicKey, protectors, ...changed }
}

describe.each(types)('PROT-1 a protector of type %s', (type) => {
  test('opens the secret by its own gesture, among all of a vault', async () => {
    const all = types.map(recordOf)
    expect(await openProtectors(openable(all), rightGesture[type]())).toEqual({
      protectorId: recordOf(type).id,
      secret: vault.secret,
    })
  })

  test('PROT-6 opens nothing by a wrong one', async () => {
    expect(await openProtectors(openable([recordOf(type)]), await wrongGesture[type]())).toBeUndefined()
  })

  test.each(types.filter((other) => other !== type))('opens nothing by a gesture for a %s', async (other) => {
    expect(await secretOf(recordOf(type), rightGesture[other]())).toBeUndefined()
  })

  test('keeps no secret, and survives a structured clone', async () => {
    const clone = structuredClone(recordOf(type))
    expect(clone).toEqual(recordOf(type))
    const all = JSON.stringify(clone, (_, value) => (value instanceof Uint8Array ? [...value] : value))
    expect(all).toContain(String([...clone.publicKey]))
    for (const secret of [vault.secret.subarray(0, 32), vault.secret.subarray(32), assertion.prfOutput])
      expect(all).not.toContain(String([...secret]))
    for (const secret of [passphrase, code()]) expect(all).not.toContain(secret)
  })

  test.each<[what: string, change: (record: ProtectorRecord) => ProtectorRecord]>([
    ['another id', (record) => ({ ...record, id: crypto.randomUUID() })],
    ['a changed vouch', (record) => ({ ...record, vouch: changedBit(record.vouch as Uint8Array<ArrayBuffer>) })],
    ['no vouch', ({ vouch: _, ...record }) => record as ProtectorRecord],
    ['a changed wrap', (record) => withWrap(record, 'ciphertext')],
    ['a changed encapsulated secret', (record) => withWrap(record, 'encapsulated')],
  ])('does not open with %s', async (_, change) => {
    expect(await openProtectors(openable([change(recordOf(type))]), rightGesture[type]())).toBeUndefined()
  })

  test.each<[what: string, changed: Partial<Openable>]>([
    ['of another vault', { vaultId: crypto.randomUUID() }],
    ['of another pair', { pairId: 'pair 2' }],
    ['whose root it has not vouched for', { rootPublicKey: random(32) }],
  ])('does not open the secret %s', async (_, changed) => {
    expect(await openProtectors(openable([recordOf(type)], changed), rightGesture[type]())).toBeUndefined()
  })

  test('has the secret of a new pair sealed to it without its gesture, and can do without the old one', async () => {
    const newSecret = random(64)
    const both = await rewrap(recordOf(type), vault.vaultId, 'pair 2', newSecret)
    const own = (await secretOf(both, rightGesture[type]())) as Uint8Array<ArrayBuffer>
    expect(await openWrap(both, vault.vaultId, 'pair 1', own)).toEqual(vault.secret)
    expect(await openWrap(both, vault.vaultId, 'pair 2', own)).toEqual(newSecret)
    expect(await vouches(both, vault.vaultId, vault.rootPublicKey, own)).toBe(true)
    const anew = await rewrap(both, vault.vaultId, 'pair 2', newSecret)
    expect(anew.wraps.map(({ pairId }) => pairId)).toEqual(['pair 1', 'pair 2'])
    const alone = withOnlyWrap(anew, 'pair 2')
    expect(await openWrap(alone, vault.vaultId, 'pair 1', own)).toBeUndefined()
    expect(await openProtectors(openable([alone], { pairId: 'pair 2' }), rightGesture[type]())).toMatchObject({
      secret: newSecret,
    })
  })

  test('can be given another label', async () => {
    const renamed = { ...recordOf(type), label: 'another name' }
    expect(await openProtectors(openable([renamed]), rightGesture[type]())).toBeDefined()
  })
})

test('PROT-1 somebody who knows a protector’s public key cannot make a vault that opens with it', async () => {
  // A root, a pair and a secret of the attacker's own, sealed to the victim's public key: all but the vouch can be had.
  const forged = { ...newVault(), vaultId: vault.vaultId }
  for (const type of types) {
    const record = withOnlyWrap(await rewrap(recordOf(type), forged.vaultId, 'pair 9', forged.secret), 'pair 9')
    const { rootPublicKey } = forged
    expect(await openProtectors(openable([record], { pairId: 'pair 9', rootPublicKey }), rightGesture[type]())).toBe(
      undefined,
    )
  }
})

describe('PROT-2 a passphrase', () => {
  test('is the same from every keyboard: Normalization Form KC', async () => {
    const composed = 'ﬁancée à Zürich ①'
    const { record } = await newProtector({ type: 'passphrase', passphrase: composed }, vault, NOW)
    const typed = composed.normalize('NFKD')
    expect(typed).not.toBe(composed)
    expect(await openProtectors(openable([record]), { passphrase: typed })).toBeDefined()
  })

  test.each([
    ['seven characters', 'sesame!'],
    ['seven characters of two UTF-16 units each', '🔑🔑🔑🔑🔑🔑🔑'],
    ['eight characters that are fewer as a keyboard makes them', 'e\u0301e\u0301e\u0301e\u0301'],
    ['none', ''],
  ])('of %s is refused', async (_, short) => {
    const refusal = newProtector({ type: 'passphrase', passphrase: short }, vault, NOW)
    await expect(refusal).rejects.toThrow(ValidationException)
    await expect(refusal).rejects.toThrow('at least 8 characters')
  })

  test('is hardened by the second recommended option of RFC 9106, with a salt of its own', async () => {
    const { record } = made.passphrase
    const another = await newProtector({ type: 'passphrase', passphrase }, vault, NOW)
    expect(record.parameters).toMatchObject({ memory: 64 * 1024, passes: 3, lanes: 4 })
    const salts = [record, another.record].map(({ parameters }) => 'salt' in parameters && [...parameters.salt])
    expect(salts[0]).toHaveLength(16)
    expect(salts[0]).not.toEqual(salts[1])
  })
})

describe('PROT-3 a recovery code', () => {
  test('that is mistyped is told as such, before anything is tried', async () => {
    const mistyped = code().replace(/.$/, (last) => (last === 'Z' ? 'Y' : 'Z'))
    const refusal = openProtectors(openable([recordOf('recoveryCode')]), { recoveryCode: mistyped })
    await expect(refusal).rejects.toThrow(ValidationException)
    await expect(refusal).rejects.toThrow('look at group 7')
  })

  test('is another one each time', async () => {
    expect((await newProtector({ type: 'recoveryCode' }, vault, NOW)).recoveryCode).not.toBe(code())
  })
})

describe('PROT-4 a passkey', () => {
  test.each([
    ['zeros', new Uint8Array(32)],
    ['too few bytes', random(31)],
  ])('whose PRF output is %s is refused, when it is made and when it is asked', async (_, prfOutput) => {
    const passkey = { ...assertion, prfOutput }
    const given = { type: 'passkey', rpId: 'localhost', transports: [], ...passkey } as const
    await expect(newProtector(given, vault, NOW)).rejects.toThrow('has given no secret')
    await expect(secretOf(recordOf('passkey'), { passkey })).rejects.toThrow('has given no secret')
  })

  test('of another id is not tried', async () => {
    const passkey = { ...assertion, credentialId: random(48) }
    expect(await secretOf(recordOf('passkey'), { passkey })).toBeUndefined()
  })

  test('gives an output that is wiped by who gave it', () => {
    const given = { passkey: { credentialId: random(8), prfOutput: random(32) } }
    wipeGiven(given)
    expect(given.passkey.prfOutput).toEqual(new Uint8Array(32))
  })
})

function changedBit(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const changed = bytes.slice()
  changed[5] = (changed[5] as number) ^ 4
  return changed
}

function withWrap(record: ProtectorRecord, member: 'ciphertext' | 'encapsulated'): ProtectorRecord {
  return { ...record, wraps: record.wraps.map((wrap) => ({ ...wrap, [member]: changedBit(wrap[member]) })) }
}
