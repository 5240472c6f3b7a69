import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromBase64, toBase64 } from '../../../src/aws/base64.js'

test('bytes are written as others write them, and read back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
      expect(fromBase64(toBase64(bytes))).toEqual(bytes)
    }),
  )
})

test('more bytes than one call can have arguments', () => {
  const bytes = new Uint8Array(100_000).map((_, index) => index)
  expect(fromBase64(toBase64(bytes))).toEqual(bytes)
})

test.each([
  ['a character too few', 'YWJ'],
  ['other characters', 'YW!j'],
  ['the alphabet of URLs', 'YW-_'],
  ['white space', 'YWJj\nYWJj\n\n\n'],
  ['padding within', 'YQ==YQ=='],
  ['only padding', '===='],
  ['too much padding', 'Y==='],
  ['other scripts', 'ÄÖÜß'],
])('%s is no base64', (_title, text) => {
  expect(fromBase64(text)).toBeUndefined()
})

test('any text is bytes or none, without an exception', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const bytes = fromBase64(text)
      if (bytes) expect(toBase64(bytes).length).toBe(text.length)
    }),
  )
})
