/** Recovery codes (PROT-3): what a person may type, and what a mistake is told as. */
import { bech32m } from '@scure/base'
import { ValidationException } from 'browser-kms'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bitsOf, codeOf } from '../../../worker/recovery/protectors/recovery-code.js'

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const BITS = Uint8Array.from({ length: 16 }, (_, index) => index)
const CODE = codeOf(BITS)

const anyBits = fc.uint8Array({ minLength: 16, maxLength: 16 })
const position = fc.nat(32)
const character = fc.constantFrom(...CROCKFORD)

const grouped = (characters: readonly string[]) =>
  characters
    .join('')
    .match(/.{1,5}/g)
    ?.join('-') ?? ''
const groupOf = (position: number) => Math.floor(position / 5) + 1

function withCharacters(code: string, changes: readonly (readonly [position: number, character: string])[]): string {
  const characters = [...code.replaceAll('-', '')]
  for (const [position, character] of changes) characters[position] = character
  return grouped(characters)
}

function refusalOf(code: string): string {
  try {
    bitsOf(code)
  } catch (error) {
    expect(error).toBeInstanceOf(ValidationException)
    return (error as Error).message
  }
  throw new Error(`${code} was taken`)
}

describe('PROT-3 a recovery code', () => {
  test('has 33 characters in groups of five, of which the first is the version', () => {
    expect(CODE).toMatch(/^A[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{5}){5}-[0-9A-HJKMNP-TV-Z]{3}$/)
  })

  test('has the checksum of bech32m, as BIP 350 defines it', () => {
    const toBech32 = (code: string) =>
      [...code.replaceAll('-', '')].map((each) => 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'[CROCKFORD.indexOf(each)]).join('')
    const { prefix, words } = bech32m.decode(`bkms1${toBech32(CODE)}`)
    expect([prefix, words[0]]).toEqual(['bkms', CROCKFORD.indexOf('A')])
    expect(bech32m.fromWords(words.slice(1))).toEqual(BITS)
  })

  test('gives the bits that it was made of', () => {
    fc.assert(
      fc.property(anyBits, (bits) => {
        expect(bitsOf(codeOf(bits))).toEqual(new Uint8Array(bits))
      }),
    )
  })

  test.each([
    ['small letters', CODE.toLowerCase()],
    ['no hyphens', CODE.replaceAll('-', '')],
    ['spaces in place of hyphens, and around it', `  ${CODE.replaceAll('-', ' ')}\n`],
    ['long hyphens, as word processors make them', CODE.replaceAll('-', '–')],
    ['the letter O for the digit 0', CODE.replaceAll('0', 'O')],
    ['the small letter o', CODE.replaceAll('0', 'o')],
    ['the letter I for the digit 1', CODE.replaceAll('1', 'I')],
    ['the small letter l', CODE.replaceAll('1', 'l')],
  ])('is read with %s', (_, typed) => {
    expect(CODE).toMatch(/0/)
    expect(CODE).toMatch(/1/)
    expect(bitsOf(typed)).toEqual(BITS)
  })
})

describe('PROT-3 a mistyped code', () => {
  test('with one wrong character, any one, names its group', () => {
    for (let at = 0; at < 33; at++)
      for (const typed of CROCKFORD) {
        if (typed === CODE.replaceAll('-', '')[at]) continue
        expect(refusalOf(withCharacters(CODE, [[at, typed]]))).toMatch(new RegExp(`look at group ${groupOf(at)}\\.$`))
      }
  })

  test('with two wrong characters names their groups', () => {
    fc.assert(
      fc.property(anyBits, position, position, character, character, (bits, a, b, first, second) => {
        const code = codeOf(bits)
        const typed = withCharacters(code, [
          [a, first],
          [b, second],
        ])
        const right = [...code.replaceAll('-', '')]
        const wrong = [...new Set([a, b])].filter((at) => typed.replaceAll('-', '')[at] !== right[at])
        fc.pre(wrong.length > 0)
        const groups = [...new Set(wrong.map(groupOf))].sort().join(' and ')
        expect(refusalOf(typed)).toContain(`look at group${groups.includes('and') ? 's' : ''} ${groups}.`)
      }),
      { numRuns: 60 },
    )
  })

  test('with two neighbours that have changed places names their groups', () => {
    for (let at = 0; at < 32; at++) {
      const characters = [...CODE.replaceAll('-', '')]
      const [left, right] = [characters[at] as string, characters[at + 1] as string]
      if (left === right) continue
      const typed = withCharacters(CODE, [
        [at, right],
        [at + 1, left],
      ])
      expect(refusalOf(typed)).toContain(String(groupOf(at)))
    }
  })

  test('with three or four wrong characters is never taken', () => {
    const changes = fc.uniqueArray(fc.tuple(position, character), {
      minLength: 3,
      maxLength: 4,
      selector: ([at]) => at,
    })
    fc.assert(
      fc.property(anyBits, changes, (bits, changed) => {
        const code = codeOf(bits)
        const typed = withCharacters(code, changed)
        fc.pre(typed !== code)
        refusalOf(typed)
      }),
      { numRuns: 60 },
    )
  })

  test.each([
    ['a sign that no code has', CODE.replace(/^(.{7})./, '$1%'), 'look at group 2.'],
    ['the letter U, which no code has', CODE.replace(/.$/, 'U'), 'look at group 7.'],
    ['a character too few in a group', CODE.replace(/^(.{6})./, '$1'), 'this one has 32: look at group 2.'],
    ['a character too many in a group', CODE.replace(/^(.{14})/, '$17'), 'this one has 34: look at group 3.'],
    ['a group too few', CODE.slice(6), 'has 33 characters, in groups of 5; this one has 28.'],
    ['nothing but hyphens', '---', 'this one has 0.'],
    ['no end', CODE.repeat(3), 'this one has 99.'],
  ])('with %s says so', (_, typed, message) => {
    expect(refusalOf(typed)).toContain(message)
  })

  test('is not repeated by the error', () => {
    expect(refusalOf(withCharacters(CODE, [[3, CODE[3] === 'Z' ? 'Y' : 'Z']]))).not.toMatch(/[0-9A-Z]{5}/)
  })
})

test('PROT-3 a code of a form that a later version makes is refused as such', () => {
  const words = [CROCKFORD.indexOf('B'), ...bech32m.toWords(BITS)]
  const checked = bech32m.encode('bkms', words).slice('bkms1'.length)
  const typed = [...checked].map((each) => CROCKFORD['qpzry9x8gf2tvdw0s3jn54khce6mua7l'.indexOf(each)] as string)
  expect(refusalOf(grouped(typed))).toContain('does not know')
})
