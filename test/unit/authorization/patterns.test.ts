import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arnMatcherOf, fits, matcherOf, parsePattern } from '../../../worker/authorization/patterns.js'

/** The same pattern as a regular expression. */
function expressionOf(pattern: string): RegExp {
  const source = Array.from(pattern, (character) =>
    character === '*' ? '.*' : character === '?' ? '.' : character.replace(/[\\^$.|+()[\]{}]/, '\\$&'),
  )
  return new RegExp(`^${source.join('')}$`, 'su')
}

test('AUTHZ-7 a pattern fits what a regular expression says it does', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.', '\n', '😀'), maxLength: 12 })
  fc.assert(
    fc.property(text, text, (pattern, candidate) => {
      const expected = expressionOf(pattern).test(candidate)
      expect(fits(parsePattern(pattern), candidate)).toBe(expected)
      expect(matcherOf(pattern)(candidate)).toBe(expected)
    }),
    { numRuns: 5000 },
  )
})

test('a pattern made to be slow is not', () => {
  const started = process.cpuUsage()
  expect(fits(parsePattern(`${'a*'.repeat(60)}b`), 'a'.repeat(2000))).toBe(false)
  // A backtracking matcher would not end before the sun does.
  // In microseconds.
  expect(process.cpuUsage(started).user).toBeLessThan(5_000_000)
})

test('POL-41 ARNs are compared part by part', () => {
  const matches = arnMatcherOf('arn:aws:kms:*:111122223333:key/*')
  expect(matches?.('arn:aws:kms:eu-west-1:111122223333:key/1:2')).toBe(true)
  expect(matches?.('arn:aws:kms:eu:west:111122223333:key/1')).toBe(false)
  expect(arnMatcherOf('key/*'), 'no ARN').toBeUndefined()
})
