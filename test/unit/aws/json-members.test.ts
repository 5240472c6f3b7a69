/** The conversion between JSON and members, for every structure of the contract. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readMembers, writeMembers } from '../../../src/aws/json-members.js'
import { Refusal } from '../../../src/aws/refusal.js'
import type { Shape } from '../../../src/contract/api-model.js'
import { operations, shapes } from '../../../src/contract/model.js'

const table: Readonly<Record<string, Shape>> = shapes
const inputs = Object.entries(operations).map(([name, { input }]) => [name, input] as const)
const outputs = Object.entries(operations).flatMap(([name, { output }]) => (output ? [[name, output] as const] : []))

/** JSON of a shape. */
function jsonOf(name: string): fc.Arbitrary<unknown> {
  const shape = table[name] as Shape
  switch (shape.type) {
    case 'structure':
      return fc.record(
        Object.fromEntries(Object.entries(shape.members).map(([member, type]) => [member, jsonOf(type)])),
        {
          requiredKeys: [],
        },
      )
    case 'list':
      return fc.array(jsonOf(shape.member), { maxLength: 3 })
    case 'map':
      return fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), fc.string(), { maxKeys: 3 })
    case 'string':
      return fc.string()
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.integer()
    case 'timestamp':
      return fc.integer({ min: 0, max: 4e12 }).map((milliseconds) => milliseconds / 1000)
    case 'blob':
      return fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('base64'))
  }
}

test.each([...inputs, ...outputs])('%s, %s: what is read and written again is the same', (_operation, structure) => {
  fc.assert(
    fc.property(jsonOf(structure), (json) => {
      // As they travel.
      const sent = JSON.parse(JSON.stringify(json))
      expect(JSON.parse(JSON.stringify(writeMembers(structure, readMembers(structure, sent))))).toEqual(sent)
    }),
    { numRuns: 20 },
  )
})

test.each(inputs)('%s: any JSON is read, or refused in AWS’s words', (_operation, structure) => {
  const members = Object.keys((table[structure] as Extract<Shape, { type: 'structure' }>).members)
  const known = members.length > 0 ? fc.constantFrom(...members) : fc.string()
  const anyMembers = fc.dictionary(fc.oneof(known, fc.constant('__proto__'), fc.string()), fc.jsonValue())
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), anyMembers), (json) => {
      try {
        readMembers(structure, JSON.parse(JSON.stringify(json)))
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal)
        expect((error as Refusal).name).toBe('SerializationException')
      }
    }),
    { numRuns: 50 },
  )
})

describe('values', () => {
  test('null is absent', () => {
    expect(readMembers('EncryptRequest', { KeyId: null, Plaintext: null, DryRun: null })).toEqual({})
  })

  test('numbers and booleans in an encryption context are the vault’s to read (MGT-53)', () => {
    const EncryptionContext = { a: 1, b: true, c: 'text' }
    expect(readMembers('DecryptRequest', { EncryptionContext })).toEqual({ EncryptionContext })
  })

  test('an encryption context may have a key called __proto__', () => {
    const { EncryptionContext } = readMembers('DecryptRequest', JSON.parse('{"EncryptionContext":{"__proto__":"x"}}'))
    expect(Object.entries(EncryptionContext as object)).toEqual([['__proto__', 'x']])
    expect(Object.getPrototypeOf(EncryptionContext)).toBe(Object.prototype)
  })

  test('members that the contract does not know are named, without their values; __type is left out', () => {
    const read = readMembers('DecryptRequest', JSON.parse('{"__type":"x","Misspelt":"x","__proto__":{"a":1}}'))
    expect(Object.entries(read)).toEqual([
      ['Misspelt', null],
      ['__proto__', null],
    ])
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
  })

  test('moments have fractions of seconds', () => {
    const { ValidTo } = readMembers('ImportKeyMaterialRequest', { ValidTo: 1_767_225_600.123 })
    expect(ValidTo).toEqual(new Date('2026-01-01T00:00:00.123Z'))
  })

  test('what is undefined in an answer is absent', () => {
    expect(writeMembers('ListKeysResponse', { Keys: [], NextMarker: undefined })).toEqual({ Keys: [] })
  })

  test('what an answer holds beside its members does not leave', () => {
    expect(writeMembers('EncryptResponse', { KeyId: 'x', $metadata: {}, secret: 1 })).toEqual({ KeyId: 'x' })
  })
})

describe('wrong types, in AWS’s words', () => {
  test.each([
    ['EncryptRequest', { KeyId: 1 }, 'NUMBER_VALUE can not be converted to a String'],
    ['EncryptRequest', { KeyId: true }, 'TRUE_VALUE can not be converted to a String'],
    ['EncryptRequest', { KeyId: [] }, 'Start of list found where not expected'],
    ['EncryptRequest', { KeyId: {} }, 'Start of structure or map found where not expected.'],
    ['EncryptRequest', { Plaintext: 7 }, 'NUMBER_VALUE can not be converted to a Blob'],
    ['EncryptRequest', { Plaintext: '?' }, 'The bytes of a member are not in base64.'],
    ['EncryptRequest', { DryRun: 'true' }, 'STRING_VALUE can not be converted to a Boolean'],
    ['EncryptRequest', { GrantTokens: 'x' }, 'Expected list or null'],
    ['EncryptRequest', { GrantTokens: {} }, 'Start of structure or map found where not expected.'],
    ['EncryptRequest', { GrantTokens: [1] }, 'NUMBER_VALUE can not be converted to a String'],
    ['EncryptRequest', { EncryptionContext: 'x' }, 'Expected map or null'],
    ['EncryptRequest', { EncryptionContext: [] }, 'Start of list found where not expected'],
    ['EncryptRequest', { EncryptionContext: { a: {} } }, 'Start of structure or map found where not expected.'],
    ['ListKeysRequest', { Limit: '1' }, 'STRING_VALUE can not be converted to an Integer'],
    ['ListKeysRequest', { Limit: false }, 'FALSE_VALUE can not be converted to an Integer'],
    ['ImportKeyMaterialRequest', { ValidTo: '2026-01-01' }, 'STRING_VALUE can not be converted to a Timestamp'],
    ['TagResourceRequest', { Tags: ['x'] }, 'Expected null'],
    ['ListKeysRequest', [], 'Start of list found where not expected'],
    ['ListKeysRequest', 'x', 'Expected null'],
    ['ListKeysRequest', null, ''],
  ])('%s %j', (structure, json, message) => {
    expect(() => readMembers(structure, json)).toThrow(new Refusal('SerializationException', message))
  })
})
