/** What an audit record tells of a request: all of it in a few thousand characters, or what was cut. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { recordedParameters } from '../../../worker/audit/recorded-parameters.js'

/** Characters, with the marks and the punctuation. */
const MOST = 6000
const long = 'x'.repeat(100_000)

test('ENC-61 what fits is recorded as it was, and only the named members', () => {
  const input = {
    KeyId: 'alias/notes',
    EncryptionContext: { note: '42', empty: '' },
    Tags: [{ TagKey: 'a', TagValue: 'b' }],
    DryRun: false,
    ValidTo: new Date(5),
    Plaintext: new Uint8Array(4),
  }
  const { Plaintext: _, ...told } = input
  expect(recordedParameters(input, ['KeyId', 'EncryptionContext', 'Tags', 'DryRun', 'ValidTo', 'Limit'])).toEqual(told)
  expect(recordedParameters(undefined, ['KeyId'])).toEqual({})
})

describe('what does not fit is cut, and says so', () => {
  test.each<[what: string, Policy: unknown, mark: string]>([
    ['a text', long, '(cut: 100000 characters)'],
    ['a list', Array(10_000).fill({ TagKey: 'a', TagValue: 'b' }), '(cut: 10000 entries)'],
    [
      'a map',
      Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`pair ${index}`, ''])),
      '(cut: 5000 entries)',
    ],
    ['a text in a list in a map', { a: [{ b: long }] }, '(cut: 100000 characters)'],
    ['a name', { [long]: '' }, '(cut: 100000 characters)'],
  ])('%s', (_what, Policy, mark) => {
    const text = JSON.stringify(recordedParameters({ KeyId: 'alias/notes', Policy }, ['KeyId', 'Policy']))
    expect(text.length).toBeLessThan(MOST)
    expect(text).toContain(mark)
    expect(JSON.parse(text).KeyId).toBe('alias/notes')
  })

  test('a text keeps its beginning', () => {
    const { Policy } = recordedParameters({ Policy: long }, ['Policy'])
    expect(Policy).toMatch(/^x{4000,4096}… \(cut: 100000 characters\)$/)
  })

  test('a character of two halves is not cut into one that JSON writes in six', () => {
    const { Policy } = recordedParameters({ Policy: `x${'😀'.repeat(5000)}` }, ['Policy'])
    expect((Policy as string).isWellFormed()).toBe(true)
  })

  test('whatever is sent', () => {
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ maxLength: 3000 }),
        fc.array(tie('value'), { maxLength: 300 }),
        fc.dictionary(fc.string({ maxLength: 50 }), tie('value'), { maxKeys: 100, noNullPrototype: true }),
      ),
    })).value
    fc.assert(
      fc.property(value, value, (a, b) => {
        // JSON writes a control character in six.
        const text = JSON.stringify(recordedParameters({ a, b }, ['a', 'b'])).replaceAll(/\\u....|\\./g, ' ')
        expect(text.length).toBeLessThan(MOST)
      }),
      { numRuns: 50 },
    )
  })
})
