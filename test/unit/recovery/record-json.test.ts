/** Protectors in the header of a backup, which comes from strangers (REC-20, PROT-2). */
import { BackupFormatException } from 'browser-kms'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { MOST_PROTECTORS } from '../../../src/contract/protectors.js'
import { publicKeyOfSeed } from '../../../worker/material/hpke.js'
import { newProtector, openProtectors } from '../../../worker/recovery/protectors/protectors.js'
import { rewrap } from '../../../worker/recovery/protectors/wrapping.js'
import { type ProtectorJson, protectorToJson, readProtectors } from '../../../worker/recovery/record-json.js'
import type { ProtectorRecord } from '../../../worker/recovery/records.js'
import { NOW, newVault, oneOfEach, passphrase, random } from './fixtures.js'

const vault = newVault()
let records: readonly ProtectorRecord[]
let written: readonly ProtectorJson[]

beforeAll(async () => {
  const escrow = await newProtector({ type: 'escrow', publicKey: await publicKeyOfSeed(random(32)) }, vault, NOW)
  const rsa = await crypto.subtle.generateKey(
    { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 3072, publicExponent: Uint8Array.of(1, 0, 1) },
    true,
    ['encrypt', 'decrypt'],
  )
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', rsa.publicKey))
  const byRsa = await newProtector({ type: 'escrow', publicKey: spki }, vault, NOW)
  const made = [...Object.values(await oneOfEach(vault)), escrow, byRsa].map(({ record }) => record)
  // One of them is in the middle of a renewal.
  records = [await rewrap(made[0] as ProtectorRecord, vault.vaultId, 'pair 2', random(64)), ...made.slice(1)]
  written = records.map((record) => protectorToJson(record))
})

const asFormat = (message: string) => new BackupFormatException(message)
const readAgain = (value: unknown) => readProtectors(value, 'protectors', asFormat)
const copy = (): Record<string, unknown>[] => JSON.parse(JSON.stringify(written))

test('REC-20 all types of protectors are read as they were written', async () => {
  expect(new Set(records.map(({ type }) => type))).toEqual(new Set(['passphrase', 'recoveryCode', 'passkey', 'escrow']))
  expect(readAgain(copy())).toEqual(records)
  const { vaultId, pairId, rootPublicKey } = vault
  const protectors = readAgain(copy())
  expect(await openProtectors({ vaultId, pairId, rootPublicKey, protectors }, { passphrase })).toMatchObject({
    secret: vault.secret,
  })
})

test('REC-20 sixteen protectors are less than 128 KiB', () => {
  const largest = Math.max(...written.map((each) => JSON.stringify(each).length))
  expect(largest * MOST_PROTECTORS).toBeLessThan(131_072)
})

describe('PROT-2 parameters of a stranger’s passphrase', () => {
  const parameters = (changed: object) => {
    const [first, ...others] = copy() as [Record<string, unknown>, ...Record<string, unknown>[]]
    return [{ ...first, parameters: { ...(first.parameters as object), ...changed } }, ...others]
  }

  test.each([
    ['less memory than 19 MiB', { memory: 19 * 1024 - 1 }],
    ['one pass', { passes: 1 }],
    ['no lane', { lanes: 0 }],
    ['more memory than a page gets', { memory: 4 * 1024 * 1024 }],
    ['an hour of passes', { passes: 20_000 }],
    ['much memory many times', { memory: 256 * 1024, passes: 5 }],
    ['too many lanes', { lanes: 9 }],
    ['half a pass', { passes: 2.5 }],
    ['a short salt', { salt: btoa('short') }],
    ['a long salt', { salt: btoa('long'.repeat(5)) }],
    ['no salt', { salt: undefined }],
    ['a salt that is no base64', { salt: '!'.repeat(24) }],
    ['something unknown', { version: 16 }],
  ])('with %s are refused', (_, changed) => {
    expect(() => readAgain(parameters(changed))).toThrow(BackupFormatException)
  })

  test.each([
    ['the least', { memory: 19 * 1024, passes: 2, lanes: 1 }],
    ['those for scarce memory', { memory: 32 * 1024, passes: 6, lanes: 4 }],
    ['more than this version asks for', { memory: 256 * 1024, passes: 4, lanes: 4 }],
  ])('that are %s are taken', (_, changed) => {
    expect(readAgain(parameters(changed))[0]?.parameters).toMatchObject(changed)
  })
})

describe('REC-20 refused is', () => {
  const first = (changed: object) => copy().map((each, index) => (index === 0 ? { ...each, ...changed } : each))
  const wrap = () => written[0]?.wraps[0]
  const wrapOf = (changed: object) => first({ wraps: [{ ...wrap(), ...changed }] })

  test.each<[what: string, value: () => unknown]>([
    ['no list', () => ({})],
    ['an empty list', () => []],
    ['a list of too many', () => Array.from({ length: 17 }, () => copy()[0])],
    ['two of one id', () => [copy()[0], copy()[0]]],
    ['a type that nobody knows', () => first({ type: 'retina' })],
    ['a type of the language’s', () => first({ type: 'constructor' })],
    ['parameters of another type', () => first({ parameters: { version: 'A' } })],
    ['a member that is not known', () => first({ seed: 'AAAA' })],
    ['no vouch', () => first({ vouch: undefined })],
    ['a vouch of an escrow key', () => copy().map((each) => ({ ...each, vouch: btoa('v'.repeat(32)) }))],
    ['a label of a megabyte', () => first({ label: 'x'.repeat(1e6) })],
    ['no label', () => first({ label: '' })],
    ['a time that is none', () => first({ createdAt: Number.NaN })],
    ['a short public key', () => first({ publicKey: btoa('x'.repeat(1215)) })],
    ['no wrap', () => first({ wraps: [] })],
    ['three wraps', () => first({ wraps: Array.from({ length: 3 }, wrap) })],
    ['an encapsulated secret of another length', () => wrapOf({ encapsulated: btoa('x'.repeat(1119)) })],
    ['a ciphertext of no length', () => wrapOf({ ciphertext: '' })],
    ['a ciphertext of a megabyte', () => wrapOf({ ciphertext: btoa('x'.repeat(1e6)) })],
    ['bytes with white space', () => first({ vouch: ` ${btoa('v'.repeat(32))}` })],
  ])('%s', (_, value) => {
    expect(() => readAgain(value())).toThrow(BackupFormatException)
  })

  test('any other JSON, with the same error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(() => readAgain(value)).toThrow(BackupFormatException)
      }),
    )
  })

  test('any member in place of another', () => {
    const names = ['id', 'type', 'label', 'createdAt', 'parameters', 'publicKey', 'wraps', 'vouch']
    fc.assert(
      fc.property(fc.nat(4), fc.constantFrom(...names), fc.jsonValue(), (at, name, value) => {
        const changed = copy().map((each, index) => (index === at ? { ...each, [name]: value } : each))
        try {
          readAgain(changed)
        } catch (error) {
          expect(error).toBeInstanceOf(BackupFormatException)
        }
      }),
    )
  })
})
