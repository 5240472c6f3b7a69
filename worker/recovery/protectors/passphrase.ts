/** A passphrase (PROT-2): of little entropy, so that each guess has to cost time and memory. */
import { type Bytes, encoder } from '../../../src/contract/bytes.js'
import { KMSInternalException, ValidationException } from '../../../src/contract/errors.js'
import { type Reader, structure, unreadableValue, wholeNumber } from '../../../src/contract/reader.js'
import { secretBytes } from '../../material/secret-bytes.js'
import { bytesToJson, jsonBytes } from '../json-bytes.js'
import type { Argon2Parameters } from '../records.js'
import { argon2id } from './argon2.js'
import type { NewKeying, SecretKind } from './kind.js'

const SALT_LENGTH = 16
const MIB = 1024

/** RFC 9106, section 4: the second recommended option; and half the memory with twice the passes, where there is no more. */
const costs = [
  { memory: 64 * MIB, passes: 3, lanes: 4 },
  { memory: 32 * MIB, passes: 6, lanes: 4 },
] as const

/** Below the first, guesses become cheap; above the second, a file of a stranger's could keep the worker busy or full. */
const bounds = {
  memory: { min: 19 * MIB, max: 256 * MIB },
  passes: { min: 2, max: 32 },
  lanes: { min: 1, max: 8 },
} as const
/** Memory times passes is the time: five times what this version asks for. */
const MOST_WORK = 1024 * MIB

/** Characters (code points) after normalisation. */
const SHORTEST = 8

export const passphrase: SecretKind<'passphrase', { readonly passphrase: string }, { readonly passphrase: string }> = {
  make: (given) =>
    withWords(given.passphrase, (words, characters) => {
      if (characters < SHORTEST)
        throw new ValidationException(
          `A passphrase must have at least ${SHORTEST} characters: words that nobody puts together are easier to keep in mind than signs.`,
        )
      return hardened(words, crypto.getRandomValues(new Uint8Array(SALT_LENGTH)))
    }),

  keyingOf: (parameters, given) =>
    withWords(given.passphrase, async (words) => {
      try {
        return await argon2id(words, parameters)
      } catch (error) {
        throw error instanceof RangeError ? noMemory(parameters.memory) : error
      }
    }),

  bound: ({ salt, memory, passes, lanes }) => [bytesToJson(salt), memory, passes, lanes],
  toJson: ({ salt, memory, passes, lanes }) => ({ salt: bytesToJson(salt), memory, passes, lanes }),
  reader: boundedWork(
    structure({
      salt: jsonBytes(SALT_LENGTH),
      memory: wholeNumber(bounds.memory),
      passes: wholeNumber(bounds.passes),
      lanes: wholeNumber(bounds.lanes),
    }),
  ),
}

function boundedWork(reader: Reader<Argon2Parameters>): Reader<Argon2Parameters> {
  return (value, path) => {
    const parameters = reader(value, path)
    if (parameters.memory * parameters.passes > MOST_WORK)
      throw unreadableValue(path, 'asks for more work than any passphrase of a vault does')
    return parameters
  }
}

/** With as much memory as can be had. */
async function hardened(words: Bytes, salt: Bytes): Promise<NewKeying<'passphrase'>> {
  for (const cost of costs) {
    const parameters = { salt, ...cost }
    try {
      return { parameters, keying: await argon2id(words, parameters) }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }
  throw noMemory(costs[1].memory)
}

function noMemory(memory: number): KMSInternalException {
  return new KMSInternalException(
    `A passphrase needs ${memory / MIB} MiB of memory for a moment, and the browser does not give it. Close other tabs and try again.`,
  )
}

/**
 * The UTF-8 of a passphrase in Normalization Form KC, so that it is the same from every keyboard, for as long as `use` runs.
 * The texts themselves stay until the engine collects them: nobody can wipe a text.
 */
async function withWords<Result>(
  given: string,
  use: (words: Bytes, characters: number) => Promise<Result>,
): Promise<Result> {
  const normalised = given.normalize('NFKC')
  const words = secretBytes(byteLengthOf(normalised))
  try {
    encoder.encodeInto(normalised, words)
    return await use(words, [...normalised].length)
  } finally {
    words.fill(0)
  }
}

function byteLengthOf(words: string): number {
  const once = encoder.encode(words)
  const { byteLength } = once
  once.fill(0)
  return byteLength
}
