import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Shape } from '../../src/contract/api-model.js'
import { ValidationException } from '../../src/contract/errors.js'
import { operations, shapes } from '../../src/contract/model.js'
import type { OperationName } from '../../src/contract/shapes.js'
import { OPEN_BOUNDS, readInput } from '../../src/contract/validation.js'

const bytes = (length: number) => new Uint8Array(length)
function messageOf(operation: OperationName, input: unknown): string {
  try {
    readInput(operation, input)
  } catch (error) {
    expect(error).toBeInstanceOf(ValidationException)
    return (error as ValidationException).message
  }
  throw new Error('the request was accepted')
}

type Refusal = [what: string, operation: OperationName, input: unknown, violation: string]

describe('MGT-16 one violated constraint, in the words of AWS', () => {
  const refusals: Refusal[] = [
    [
      'a missing member',
      'DescribeKey',
      {},
      "Value null at 'keyId' failed to satisfy constraint: Member must not be null",
    ],
    [
      'a null member',
      'DescribeKey',
      { KeyId: null },
      "Value null at 'keyId' failed to satisfy constraint: Member must not be null",
    ],
    [
      'an undefined member',
      'DescribeKey',
      { KeyId: undefined },
      "Value null at 'keyId' failed to satisfy constraint: Member must not be null",
    ],
    [
      'no input at all',
      'DescribeKey',
      undefined,
      "Value null at 'keyId' failed to satisfy constraint: Member must not be null",
    ],
    [
      'a text that is too short',
      'DescribeKey',
      { KeyId: '' },
      "Value '' at 'keyId' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      'a text that is too long',
      'DescribeKey',
      { KeyId: 'k'.repeat(2049) },
      `Value '${'k'.repeat(2049)}' at 'keyId' failed to satisfy constraint: Member must have length less than or equal to 2048`,
    ],
    [
      'a text that does not match its pattern',
      'CreateAlias',
      { AliasName: 'alias/ä', TargetKeyId: 'k' },
      "Value 'alias/ä' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
    ],
    [
      'a text that matches but for a line break at its end',
      'CreateAlias',
      { AliasName: 'alias/a\n', TargetKeyId: 'k' },
      "Value 'alias/a\n' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
    ],
    [
      'a number below its range',
      'ScheduleKeyDeletion',
      { KeyId: 'k', PendingWindowInDays: 6 },
      "Value '6' at 'pendingWindowInDays' failed to satisfy constraint: Member must have value greater than or equal to 7",
    ],
    [
      'a number above its range',
      'ListKeys',
      { Limit: 1001 },
      "Value '1001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 1000",
    ],
    [
      'an entry of a list',
      'UntagResource',
      { KeyId: 'k', TagKeys: ['a', ''] },
      "Value '' at 'tagKeys.2.member' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
  ]
  test.each(refusals)('%s', (_what, operation, input, violation) => {
    expect(messageOf(operation, input)).toBe(`1 validation error detected: ${violation}`)
  })

  test('an unknown enum value: all values that there are', () => {
    expect(messageOf('GenerateDataKey', { KeyId: 'k', KeySpec: 'AES_512' })).toBe(
      "1 validation error detected: Value 'AES_512' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: [AES_256, AES_128]",
    )
  })
})

describe('MGT-16 all violations are told in one exception, with their number', () => {
  test('two', () => {
    expect(messageOf('ScheduleKeyDeletion', { KeyId: '', PendingWindowInDays: 31 })).toBe(
      "2 validation errors detected: Value '' at 'keyId' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
        "Value '31' at 'pendingWindowInDays' failed to satisfy constraint: Member must have value less than or equal to 30",
    )
  })

  test('one text may violate two constraints', () => {
    expect(messageOf('DeleteAlias', { AliasName: '' })).toBe(
      "2 validation errors detected: Value '' at 'aliasName' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
        "Value '' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
    )
  })

  test('entries of lists are counted from one, and members are written in lower camel case', () => {
    const Tags = [{ TagKey: '', TagValue: 'v' }, { TagKey: 'k' }, 'a text']
    expect(messageOf('TagResource', { KeyId: 'k', Tags })).toBe(
      "3 validation errors detected: Value '' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
        "Value null at 'tags.2.member.tagValue' failed to satisfy constraint: Member must not be null; " +
        "Value at 'tags.3.member' failed to satisfy constraint: Member must be an object",
    )
  })
})

describe('binary and sensitive values are never shown', () => {
  const refusals: Refusal[] = [
    [
      'bytes that are too long',
      'Encrypt',
      { KeyId: 'k', Plaintext: bytes(4097) },
      "Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096",
    ],
    [
      'bytes that are too short',
      'Encrypt',
      { KeyId: 'k', Plaintext: bytes(0) },
      "Value at 'plaintext' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      'a text where bytes belong',
      'Encrypt',
      { KeyId: 'k', Plaintext: 'attack at dawn' },
      "Value at 'plaintext' failed to satisfy constraint: Member must be a Uint8Array",
    ],
    [
      'a password',
      'CreateCustomKeyStore',
      { CustomKeyStoreName: 's', KeyStorePassword: 'short' },
      "Value at 'keyStorePassword' failed to satisfy constraint: Member must have length greater than or equal to 7",
    ],
  ]
  test.each(refusals)('%s', (_what, operation, input, violation) => {
    expect(messageOf(operation, input)).toBe(`1 validation error detected: ${violation}`)
  })

  test('no message about any request holds what was passed as a plaintext', () => {
    const plaintext = fc.oneof(
      fc.string({ minLength: 6 }),
      fc.array(fc.string({ minLength: 6 }), { minLength: 1 }),
      fc.dictionary(fc.constant('a'), fc.string({ minLength: 6 }), { minKeys: 1 }),
    )
    fc.assert(
      fc.property(plaintext, (secret) => {
        expect(messageOf('Encrypt', { KeyId: 'k', Plaintext: secret })).toBe(
          "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must be a Uint8Array",
        )
      }),
    )
  })
})

describe('a value of the wrong type is told by the type that belongs there', () => {
  const refusals: Refusal[] = [
    [
      'a number for a text',
      'DescribeKey',
      { KeyId: 5 },
      "'keyId' failed to satisfy constraint: Member must be a string",
    ],
    [
      'an object for a text',
      'DescribeKey',
      { KeyId: {} },
      "'keyId' failed to satisfy constraint: Member must be a string",
    ],
    [
      'a number for an enum',
      'CreateKey',
      { KeySpec: 256 },
      "'keySpec' failed to satisfy constraint: Member must be a string",
    ],
    [
      'a text for a number',
      'ListKeys',
      { Limit: '5' },
      "'limit' failed to satisfy constraint: Member must be an integer",
    ],
    ['a fraction', 'ListKeys', { Limit: 1.5 }, "'limit' failed to satisfy constraint: Member must be an integer"],
    [
      'not a number',
      'ListKeys',
      { Limit: Number.NaN },
      "'limit' failed to satisfy constraint: Member must be an integer",
    ],
    [
      'a text for a boolean',
      'CreateKey',
      { MultiRegion: 'true' },
      "'multiRegion' failed to satisfy constraint: Member must be a boolean",
    ],
    [
      'a list for bytes',
      'Encrypt',
      { KeyId: 'k', Plaintext: [1] },
      "'plaintext' failed to satisfy constraint: Member must be a Uint8Array",
    ],
    ['an object for a list', 'CreateKey', { Tags: {} }, "'tags' failed to satisfy constraint: Member must be a list"],
    [
      'a gap in a list',
      'UntagResource',
      { KeyId: 'k', TagKeys: new Array(1) },
      "'tagKeys.1.member' failed to satisfy constraint: Member must be a string",
    ],
    [
      'a list for a map',
      'Decrypt',
      { CiphertextBlob: bytes(1), EncryptionContext: [] },
      "'encryptionContext' failed to satisfy constraint: Member must be a map",
    ],
    [
      'a text for a request',
      'ListKeys',
      'everything',
      "'input' failed to satisfy constraint: Member must be an object",
    ],
    ['bytes for a request', 'ListKeys', bytes(3), "'input' failed to satisfy constraint: Member must be an object"],
  ]
  test.each(refusals)('%s', (_what, operation, input, violation) => {
    expect(messageOf(operation, input)).toBe(`1 validation error detected: Value at ${violation}`)
  })
})

describe('an unknown member is refused, so that a misspelt one is never dropped in silence', () => {
  test.each(['encryptionContext', 'EncryptionContxt', 'toString', 'constructor', '__proto__'])('%s', (member) => {
    const input = JSON.parse(`{ "KeyId": "k", "${member}": { "note": "42" } }`)
    const message = messageOf('Encrypt', { ...input, ...ownMember(member, {}), Plaintext: bytes(1) })
    const path = member.charAt(0).toLowerCase() + member.slice(1)
    expect(message).toMatch(
      new RegExp(
        `^1 validation error detected: Value at '${path}' failed to satisfy constraint: Member must be one of the members of the request: \\[.*EncryptionContext.*\\]$`,
      ),
    )
  })

  test('also inside a structure', () => {
    expect(messageOf('TagResource', { KeyId: 'k', Tags: [{ TagKey: 'a', TagValue: 'b', Value: 'c' }] })).toBe(
      "1 validation error detected: Value at 'tags.1.member.value' failed to satisfy constraint: Member must be one of the members of the request: [TagKey, TagValue]",
    )
  })

  test('a member that is inherited counts for nothing', () => {
    const inherited = Object.create({ KeyId: 'k' })
    expect(messageOf('DescribeKey', inherited)).toContain('Member must be an object')
  })
})

describe('what is accepted', () => {
  test('becomes a copy with the declared members and nothing else', () => {
    const Tags = [{ TagKey: 'project', TagValue: '' }]
    const input = { Description: 'notes', Tags, Policy: undefined, Origin: null }
    const read = readInput('CreateKey', input)
    expect(read).toStrictEqual({ Description: 'notes', Tags })
    expect(read.Tags).not.toBe(Tags)
    expect(read.Tags?.[0]).not.toBe(Tags[0])
  })

  test('objects without a prototype, and no input where nothing is required', () => {
    expect(readInput('ListKeys', Object.assign(Object.create(null), { Limit: 5 }))).toStrictEqual({ Limit: 5 })
    expect(readInput('ListKeys', undefined)).toStrictEqual({})
    expect(readInput('CreateKey', null)).toStrictEqual({})
  })

  test.each<[what: string, operation: OperationName, input: object]>([
    ['the longest plaintext', 'Encrypt', { KeyId: 'k', Plaintext: bytes(4096) }],
    ['the longest ciphertext', 'Decrypt', { CiphertextBlob: bytes(6144) }],
    ['the longest key identifier', 'DescribeKey', { KeyId: 'k'.repeat(2048) }],
    ['the longest description', 'CreateKey', { Description: 'd'.repeat(8192) }],
    ['an empty description', 'UpdateKeyDescription', { KeyId: 'k', Description: '' }],
    ['the shortest waiting period', 'ScheduleKeyDeletion', { KeyId: 'k', PendingWindowInDays: 7 }],
    ['the longest waiting period', 'ScheduleKeyDeletion', { KeyId: 'k', PendingWindowInDays: 30 }],
    ['the largest page', 'ListKeys', { Limit: 1000 }],
    ['1024 random bytes', 'GenerateRandom', { NumberOfBytes: 1024 }],
  ])('%s', (_what, operation, input) => {
    expect(readInput(operation, input)).toEqual(input)
  })
})

describe('MGT-53 the encryption context is text', () => {
  const read = (EncryptionContext: unknown) =>
    readInput('Encrypt', { KeyId: 'k', Plaintext: bytes(1), EncryptionContext }).EncryptionContext
  const refuse = (EncryptionContext: unknown) =>
    messageOf('Encrypt', { KeyId: 'k', Plaintext: bytes(1), EncryptionContext })

  test('numbers and booleans are read as strings', () => {
    expect(read({ integer: 42, fraction: 0.5, large: 1e21, negative: -0, yes: true, no: false })).toStrictEqual({
      integer: '42',
      fraction: '0.5',
      large: '1e+21',
      negative: '0',
      yes: 'true',
      no: 'false',
    })
  })

  test('MGT-54 any well-formed Unicode text stays as it is, unnormalised', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (context) => {
        expect(Object.entries(read(context) ?? {})).toEqual(Object.entries(context))
      }),
    )
    expect(read({ composed: '\u00e9', decomposed: 'e\u0301' })).toEqual({ composed: '\u00e9', decomposed: 'e\u0301' })
  })

  test.each([
    ['null', null],
    ['undefined', undefined],
    ['an object', {}],
    ['a list', ['42']],
    ['bytes', bytes(2)],
    ['a date', new Date(0)],
  ])('MGT-54 %s is refused', (_what, value) => {
    expect(refuse({ note: value })).toBe(
      "1 validation error detected: Value at 'encryptionContext.note.member' failed to satisfy constraint: Member must be a string",
    )
  })

  test.each<[where: string, context: Record<string, string>]>([
    ['a value', { note: 'a\ud800b' }],
    ['a key', { 'note\udc00': '42' }],
  ])('MGT-54 a lone surrogate in %s is refused', (_where, context) => {
    expect(refuse(context)).toContain('Member must be well-formed Unicode text')
  })

  test('a pair whose key is __proto__ is a pair like any other', () => {
    const context = read(ownMember('__proto__', '42'))
    expect(Object.entries(context ?? {})).toEqual([['__proto__', '42']])
    expect(Object.getPrototypeOf(context)).toBe(Object.prototype)
  })

  test.each<[what: string, context: unknown]>([
    ['a Map', new Map([['note', '42']])],
    ['an object of a class', new URLSearchParams('note=42')],
  ])('%s is refused: its pairs would be lost', (_what, context) => {
    expect(refuse(context)).toContain("Value at 'encryptionContext' failed to satisfy constraint: Member must be a map")
  })
})

describe('a request of any size gets an answer of a few thousand characters', () => {
  const long = 'x'.repeat(1_000_000)
  const requests: [what: string, operation: OperationName, input: object][] = [
    ['a text', 'DescribeKey', { KeyId: long }],
    ['an enum', 'CreateKey', { KeySpec: long }],
    ['a pattern', 'DeleteAlias', { AliasName: `${long}ä` }],
    ['the name of a member', 'ListKeys', { [long]: 1 }],
    ['the name of a pair', 'Decrypt', { CiphertextBlob: bytes(1), EncryptionContext: { [long]: bytes(1) } }],
    ['one text many times', 'TagResource', { KeyId: 'k', Tags: Array(1000).fill({ TagKey: long, TagValue: long }) }],
    ['many members', 'ListKeys', Object.fromEntries(Array.from({ length: 16_000 }, (_, index) => [`m${index}`, 1]))],
  ]
  test.each(requests)('%s of a million characters', (_what, operation, input) => {
    const message = messageOf(operation, input)
    expect(message.length).toBeLessThan(16_000)
    expect(message).toMatch(/^\d+ validation errors? detected: Value/)
  })

  test('what is not told is counted', () => {
    const Tags = Array(900).fill({ TagKey: '', TagValue: '' })
    expect(messageOf('TagResource', { KeyId: 'k', Tags })).toMatch(/^900 validation errors detected: .*; …$/)
  })

  test('an ARN is told whole', () => {
    const arn = `arn:aws:kms:browser-local-1:000000000000:key/${'a'.repeat(180)}`
    expect(messageOf('CreateAlias', { AliasName: `${arn}ä`, TargetKeyId: 'k' })).toContain(`Value '${arn}ä' at`)
  })
})

describe('every text, list and map of a request has a bound', () => {
  const table: Readonly<Record<string, Shape>> = shapes
  const reached = new Set<string>()
  const reach = (name: string) => {
    if (reached.has(name)) return
    reached.add(name)
    const shape = table[name] as Shape
    if (shape.type === 'structure') Object.values(shape.members).forEach(reach)
    else if (shape.type === 'list') reach(shape.member)
  }
  for (const { input } of Object.values(operations)) reach(input)

  test.each([...reached].sort())('%s', (name) => {
    const shape = table[name] as Shape
    if (shape.type === 'string') expect(shape.enum ?? shape.max).toBeDefined()
    if (shape.type === 'list' || shape.type === 'map') expect({ max: OPEN_BOUNDS[name], ...shape }.max).toBeDefined()
  })

  const context = (size: number) => ({
    KeyId: 'k',
    Plaintext: bytes(1),
    EncryptionContext: { note: 'x'.repeat(size - 10), other: '' },
  })
  test('the keys and values of an encryption context together: 8,192 characters', () => {
    expect(readInput('Encrypt', context(8192 + 1))).toEqual(context(8192 + 1))
    expect(messageOf('Encrypt', context(8192 + 2))).toBe(
      "1 validation error detected: Value at 'encryptionContext' failed to satisfy constraint: Member must have at most 8192 characters in all its keys and values",
    )
  })

  test.each<[list: string, operation: OperationName, input: (size: number) => object, most: number]>([
    ['tags', 'CreateKey', (size) => ({ Tags: Array(size).fill({ TagKey: 'a', TagValue: 'b' }) }), 1000],
    ['tagKeys', 'UntagResource', (size) => ({ KeyId: 'k', TagKeys: Array(size).fill('a') }), 1000],
    [
      'operations',
      'CreateGrant',
      (size) => ({ KeyId: 'k', GranteePrincipal: 'p', Operations: Array(size).fill('Sign') }),
      100,
    ],
    ['grantTokens', 'DescribeKey', (size) => ({ KeyId: 'k', GrantTokens: Array(size).fill('t') }), 10],
  ])('%s of %s', (list, operation, input, most) => {
    expect(readInput(operation, input(most))).toEqual(input(most))
    expect(messageOf(operation, input(most + 1))).toBe(
      `1 validation error detected: Value at '${list}' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
    )
  })
})

describe('bytes are any view and any buffer, of whichever window', () => {
  test.each<[kind: string, Plaintext: unknown]>([
    ['a Uint16Array', Uint16Array.of(0x0201)],
    ['a DataView', new DataView(Uint8Array.of(0, 1, 2).buffer, 1)],
    ['an ArrayBuffer', Uint8Array.of(1, 2).buffer],
    ['a Uint8Array of another window', runInNewContext('Uint8Array.of(1, 2)')],
    ['an ArrayBuffer of another window', runInNewContext('Uint8Array.of(1, 2).buffer')],
  ])('%s', (_kind, Plaintext) => {
    expect(readInput('Encrypt', { KeyId: 'k', Plaintext } as object)).toEqual({
      KeyId: 'k',
      Plaintext: Uint8Array.of(1, 2),
    })
  })

  test('dates, lists and objects of another window too', () => {
    const input = runInNewContext("({ KeyId: 'k', ImportToken: Uint8Array.of(1), ValidTo: new Date(5) })")
    const read = readInput('ImportKeyMaterial', { ...input, EncryptedKeyMaterial: bytes(1) })
    expect(read.ValidTo).toEqual(new Date(5))
    const tagged = runInNewContext("({ KeyId: 'k', Tags: [{ TagKey: 'a', TagValue: 'b' }] })")
    expect(readInput('TagResource', tagged)).toEqual({ KeyId: 'k', Tags: [{ TagKey: 'a', TagValue: 'b' }] })
  })
})

/** An object with an own member of any name, also `__proto__`. */
function ownMember(name: string, value: unknown): object {
  return Object.defineProperty({}, name, { value, enumerable: true })
}
