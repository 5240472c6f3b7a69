/**
 * A recovery code (PROT-3): 128 random bits that a person writes down.
 *
 * ```
 * A4KMX-0PZ7D-QK2YB-… seven groups, the last one of three
 *
 * version   1 character   A: this form
 * bits     26 characters  128 bits and two zero bits, the most significant first
 * checksum  6 characters  of bech32m (BIP 350) over the prefix "bkms" and the characters before
 * ```
 *
 * The characters are Crockford's base32: `0`–`9` and `A`–`Z` without `I`, `L`, `O` and `U`. Capitals or not makes no
 * difference, hyphens and white space may be anywhere, `O` is read as `0`, and `I` and `L` as `1`.
 */
import { bech32m } from '@scure/base'
import type { Bytes } from '../../../src/contract/bytes.js'
import { ValidationException } from '../../../src/contract/errors.js'
import { oneOf, structure } from '../../../src/contract/reader.js'
import { copyOfSecret, randomSecret } from '../../material/secret-bytes.js'
import type { SecretKind } from './kind.js'

const BITS_LENGTH = 16
const GROUP = 5
const PREFIX = 'bkms'
const VERSION = 'A'

/** Crockford's characters, and those of bech32, of the values 0 to 31. */
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const VERSION_VALUE = CROCKFORD.indexOf(VERSION)
/** Characters that are read as others. */
const FORGIVEN: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' }

const CODE_LENGTH = 33
const CHECKSUM_LENGTH = 6
const WORDS_LENGTH = CODE_LENGTH - CHECKSUM_LENGTH

export const recoveryCode: SecretKind<'recoveryCode', unknown, { readonly recoveryCode: string }> = {
  async make() {
    const keying = randomSecret(BITS_LENGTH)
    return { parameters: { version: VERSION }, keying, recoveryCode: codeOf(keying) }
  },
  async keyingOf(_parameters, given) {
    return bitsOf(given.recoveryCode)
  },
  bound: ({ version }) => [version],
  toJson: ({ version }) => ({ version }),
  reader: structure({ version: oneOf([VERSION]) }),
}

/** The code of 16 bytes, in groups of five characters with hyphens between. */
export function codeOf(bits: Uint8Array): string {
  const words = [VERSION_VALUE, ...bech32m.toWords(bits)]
  const characters = [...words, ...checksumOf(words)].map((value) => CROCKFORD[value]).join('')
  return (characters.match(/.{1,5}/g) ?? []).join('-')
}

/**
 * The 16 bytes of a code that has been typed correctly, whether it is this vault's or not; the caller wipes them.
 *
 * @throws {ValidationException} that names the groups with mistakes where they can be told
 */
export function bitsOf(code: string): Bytes {
  const values = valuesOf(code)
  const words = values.slice(0, WORDS_LENGTH)
  const checksum = checksumOf(words)
  if (checksum.some((value, index) => value !== values[WORDS_LENGTH + index])) throw mistyped(groupsOfMistakes(values))
  if (words[0] !== VERSION_VALUE)
    throw new ValidationException('The recovery code is of a form that this version of browser-kms does not know.')
  const bits = bech32m.fromWordsUnsafe(words.slice(1))
  if (!bits) throw mistyped([])
  try {
    return copyOfSecret(bits)
  } finally {
    bits.fill(0)
  }
}

/** The values of the characters, 33 of them. */
function valuesOf(code: string): number[] {
  const characters = [...code.toUpperCase().replace(/[\s\p{Dash}]/gu, '')]
  const values = characters.map((character) => CROCKFORD.indexOf(FORGIVEN[character] ?? character))
  const foreign = values.indexOf(-1)
  // Before the first wrong character nothing need be missing; after it nobody knows.
  if (foreign >= 0 && foreign < CODE_LENGTH) throw mistyped([groupOf(foreign)])
  if (values.length === CODE_LENGTH) return values
  throw new ValidationException(
    `A recovery code has ${CODE_LENGTH} characters, in groups of ${GROUP}; this one has ${values.length}${lopsidedGroup(code)}.`,
  )
}

/** Of a code that was typed in groups, the first one that is too short or too long. */
function lopsidedGroup(code: string): string {
  const groups = code.split(/[\s\p{Dash}]+/u).filter((group) => group !== '')
  if (groups.length !== Math.ceil(CODE_LENGTH / GROUP)) return ''
  const at = groups.findIndex(({ length }, index) => length !== Math.min(GROUP, CODE_LENGTH - GROUP * index))
  return `: look at group ${at + 1}`
}

/** The six values that bech32m appends. */
function checksumOf(words: readonly number[]): number[] {
  const checked = bech32m.encode(PREFIX, [...words])
  return [...checked.slice(-CHECKSUM_LENGTH)].map((character) => BECH32.indexOf(character))
}

/**
 * The groups, counted from 1, where one or two wrong characters are; none where there are more. Two codes differ in at least
 * five characters, so that there is just one way to explain a mistake by one or two; three or more wrong characters look like
 * two others in one case of two thousand.
 *
 * The checksum is linear: what a wrong character does to it does not depend on the others. The library tells what each does.
 */
function groupsOfMistakes(values: readonly number[]): readonly number[] {
  const words = values.slice(0, WORDS_LENGTH)
  const right = numberOfChecksum(checksumOf(words))
  const effects = new Map<number, number>()
  for (let position = 0; position < CODE_LENGTH; position++)
    for (let change = 1; change < CROCKFORD.length; change++) {
      const changed = values.map((value, index) => (index === position ? value ^ change : value))
      const effect =
        position < WORDS_LENGTH
          ? numberOfChecksum(checksumOf(changed.slice(0, WORDS_LENGTH))) ^ right
          : numberOfChecksum(changed.slice(WORDS_LENGTH)) ^ numberOfChecksum(values.slice(WORDS_LENGTH))
      effects.set(effect, position)
    }
  const mistake = numberOfChecksum(values.slice(WORDS_LENGTH)) ^ right
  const only = effects.get(mistake)
  if (only !== undefined) return [groupOf(only)]
  for (const [effect, position] of effects) {
    const other = effects.get(mistake ^ effect)
    if (other !== undefined) return [...new Set([groupOf(position), groupOf(other)])].sort()
  }
  return []
}

function numberOfChecksum(checksum: readonly number[]): number {
  return checksum.reduce((number, value) => (number << 5) | value, 0)
}

function groupOf(position: number): number {
  return Math.floor(position / GROUP) + 1
}

function mistyped(groups: readonly number[]): ValidationException {
  const where =
    groups.length === 0
      ? 'it has mistakes in several places'
      : groups.length === 1
        ? `look at group ${groups[0]}`
        : `look at groups ${groups.join(' and ')}`
  return new ValidationException(`The recovery code is not typed as it was shown: ${where}.`)
}
