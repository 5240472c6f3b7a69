/**
 * Argon2id (RFC 9106): by WebAssembly, or where the Content Security Policy forbids that, with the same result and several
 * times slower by noble.
 */
import type { Bytes } from '../../../src/contract/bytes.js'
import { once } from '../../../src/contract/once.js'
import type { Argon2Parameters } from '../records.js'

const LENGTH = 32

/** Set once WebAssembly was refused: a Content Security Policy reports every attempt. */
let isRefused = false

/** Taken apart at once: of the whole library, bundlers take this function alone. */
const loadFast = once(async () => {
  const { argon2id } = await import('hash-wasm')
  return argon2id
})
const loadPlain = once(async () => {
  const { argon2idAsync } = await import('@noble/hashes/argon2.js')
  return argon2idAsync
})

/**
 * @param password left as it is
 * @returns 32 bytes, which the caller wipes
 * @throws {RangeError} where so much memory cannot be had
 */
export async function argon2id(password: Bytes, parameters: Argon2Parameters): Promise<Bytes> {
  const fastArgon2id = await loadFast()
  if (!isRefused)
    try {
      return (await fastArgon2id({
        password,
        salt: parameters.salt,
        memorySize: parameters.memory,
        iterations: parameters.passes,
        parallelism: parameters.lanes,
        hashLength: LENGTH,
        outputType: 'binary',
      })) as Bytes
    } catch (error) {
      if (error instanceof RangeError) throw error
      isRefused = true
    }
  return plainArgon2id(password, parameters)
}

/** Without WebAssembly. Lets other work of the worker run in between. */
export async function plainArgon2id(
  password: Bytes,
  { salt, memory, passes, lanes }: Argon2Parameters,
): Promise<Bytes> {
  const argon2idAsync = await loadPlain()
  const cost = { m: memory, t: passes, p: lanes, dkLen: LENGTH, asyncTick: 50 }
  return (await argon2idAsync(password, salt, cost)) as Bytes
}
