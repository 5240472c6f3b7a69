/** Argon2id in a real engine (PROT-2), with the cost that vaults use. */
import { expect, test } from 'vitest'
import { argon2id, plainArgon2id } from '../../../worker/recovery/protectors/argon2.js'

const password = new TextEncoder().encode('correct horse battery staple')
const salt = new Uint8Array(16).fill(5)

test.each([
  { memory: 64 * 1024, passes: 3, lanes: 4 },
  { memory: 32 * 1024, passes: 6, lanes: 4 },
])('PROT-2 $memory KiB and $passes passes give the same with WebAssembly and without', async (cost) => {
  const fast = await argon2id(password, { salt, ...cost })
  expect(await plainArgon2id(password, { salt, ...cost })).toEqual(fast)
  expect(fast).toHaveLength(32)
})
