/** Argon2id (RFC 9106) by WebAssembly and without: the same result (PROT-2). */
import { argon2id as nobleArgon2id } from '@noble/hashes/argon2.js'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { bytesToHex } from '../../../src/contract/bytes.js'
import { argon2id, plainArgon2id } from '../../../worker/recovery/protectors/argon2.js'

const utf8 = (text: string) => new TextEncoder().encode(text)
const password = utf8('password')
const salt = utf8('somesalt')

/** The reference implementation's own vectors for Argon2id, version 19 (phc-winner-argon2, src/test.c). */
const vectors = [
  { memory: 65_536, passes: 2, lanes: 1, tag: '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7' },
  { memory: 65_536, passes: 1, lanes: 1, tag: 'f6a5adc1ba723dddef9b5ac1d464e180fcd9dffc9d1cbf76cca2fed795d9ca98' },
  { memory: 256, passes: 2, lanes: 1, tag: '9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe' },
  { memory: 256, passes: 2, lanes: 2, tag: '6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037' },
]

describe.each([
  { by: 'WebAssembly', hash: argon2id },
  { by: 'noble', hash: plainArgon2id },
])('PROT-2 Argon2id by $by', ({ hash }) => {
  test.each(vectors)('gives the reference’s answer for $memory KiB, $passes passes, $lanes lanes', async (vector) => {
    const { tag, ...cost } = vector
    expect(bytesToHex(await hash(password, { salt, ...cost }))).toBe(tag)
  })

  test('leaves the password as it is', async () => {
    const given = utf8('password')
    await hash(given, { salt, memory: 64, passes: 1, lanes: 1 })
    expect(given).toEqual(password)
  })
})

test('PROT-2 noble gives the answer of RFC 9106, section 5.3 (with a key and data, which WebAssembly’s does not take)', () => {
  const of = (length: number, value: number) => new Uint8Array(length).fill(value)
  const options = { t: 3, m: 32, p: 4, dkLen: 32, key: of(8, 3), personalization: of(12, 4) }
  expect(bytesToHex(nobleArgon2id(of(32, 1), of(16, 2), options))).toBe(
    '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659',
  )
})

test('PROT-2 both agree for any passphrase and cost', async () => {
  const bytes = (least: number, most: number) =>
    fc.uint8Array({ minLength: least, maxLength: most }).map((each) => new Uint8Array(each))
  const cost = { memory: fc.integer({ min: 64, max: 300 }), passes: fc.integer({ min: 1, max: 3 }) }
  await fc.assert(
    fc.asyncProperty(
      bytes(1, 200),
      fc.record({ salt: bytes(16, 16), ...cost, lanes: fc.integer({ min: 1, max: 8 }) }),
      async (password, parameters) => {
        expect(await plainArgon2id(password, parameters)).toEqual(await argon2id(password, parameters))
      },
    ),
    { numRuns: 30 },
  )
})

describe('PROT-2 where', () => {
  afterEach(() => {
    vi.doUnmock('hash-wasm')
    vi.resetModules()
  })

  /** The real browser's refusals are in test/browser/recovery/argon2.test.ts and test/e2e/vault/strict-csp.spec.ts. */
  async function withHashWasm(
    argon2id: () => Promise<never>,
  ): Promise<typeof import('../../../worker/recovery/protectors/argon2.js')> {
    vi.resetModules()
    vi.doMock('hash-wasm', () => ({ argon2id }))
    return import('../../../worker/recovery/protectors/argon2.js')
  }

  test('WebAssembly is refused, the same result comes without it, and it is not tried again', async () => {
    const refused = vi.fn(async () => {
      throw new WebAssembly.CompileError('refused by the policy')
    })
    const { argon2id } = await withHashWasm(refused)
    const { tag, ...cost } = vectors[3] as (typeof vectors)[number]
    for (let time = 0; time < 2; time++) expect(bytesToHex(await argon2id(password, { salt, ...cost }))).toBe(tag)
    expect(refused).toHaveBeenCalledTimes(1)
  })

  test('64 MiB cannot be had, a new passphrase is hardened with 32 MiB and 6 passes, and the record says so', async () => {
    const { argon2id: real } = await vi.importActual<typeof import('hash-wasm')>('hash-wasm')
    const scarce = (options: Parameters<typeof real>[0]) => {
      if (options.memorySize > 32 * 1024) throw new RangeError('out of memory')
      return real(options)
    }
    vi.resetModules()
    vi.doMock('hash-wasm', () => ({ argon2id: scarce }))
    const { passphrase } = await import('../../../worker/recovery/protectors/passphrase.js')
    const { parameters, keying } = await passphrase.make({ passphrase: 'correct horse' })
    expect(parameters).toMatchObject({ memory: 32 * 1024, passes: 6, lanes: 4 })
    expect(await passphrase.keyingOf(parameters, { passphrase: 'correct horse' })).toEqual(keying)
    // One that was made elsewhere with more memory is no wrong passphrase.
    const elsewhere = { ...parameters, memory: 64 * 1024, passes: 3 }
    await expect(passphrase.keyingOf(elsewhere, { passphrase: 'correct horse' })).rejects.toMatchObject({
      name: 'KMSInternalException',
      message: expect.stringContaining('needs 64 MiB of memory'),
    })
  })
})
