/** GenerateRandom. */
import { expect, test } from 'vitest'
import { call, expectError, membersOf, sharedVault } from './fixtures/vault.js'

const shared = sharedVault()

test.each([1, 2, 32, 1023, 1024])('%i bytes, and nothing else', async (NumberOfBytes) => {
  const answer = await membersOf(shared.kms.generateRandom({ NumberOfBytes }))
  expect(answer).toEqual({ Plaintext: expect.any(Uint8Array) })
  expect(answer.Plaintext.byteLength).toBe(NumberOfBytes)
})

test('bytes are never the same twice', async () => {
  const answers = await Promise.all(Array.from({ length: 500 }, () => shared.kms.generateRandom({ NumberOfBytes: 16 })))
  expect(new Set(answers.map(({ Plaintext }) => Plaintext.toHex())).size).toBe(500)
})

test('every value of a byte comes, about as often as any other', async () => {
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => shared.kms.generateRandom({ NumberOfBytes: 1024 })),
  )
  const counts = new Array<number>(256).fill(0)
  for (const { Plaintext } of answers) for (const byte of Plaintext) counts[byte] = (counts[byte] as number) + 1
  // 400 each are expected, with a standard deviation of 20: six of them miss once in a million runs.
  for (const count of counts) expect(Math.abs(count - 400)).toBeLessThan(120)
})

test('without a number: ValidationException (aws-facts 5)', async () => {
  await expectError(shared.kms.generateRandom({}), 'ValidationException', 'NumberOfBytes is required.')
})

test.each([
  [0, "Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or equal to 1"],
  [-1, "Value '-1' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or equal to 1"],
  [
    1025,
    "Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than or equal to 1024",
  ],
  [1.5, "Value at 'numberOfBytes' failed to satisfy constraint: Member must be an integer"],
  ['32', "Value at 'numberOfBytes' failed to satisfy constraint: Member must be an integer"],
])('%j: ValidationException (aws-facts 5)', async (NumberOfBytes, message) => {
  await expectError(
    call(shared.kms, 'GenerateRandom', { NumberOfBytes }),
    'ValidationException',
    `1 validation error detected: ${message}`,
  )
})

test('a custom key store that is not there: CustomKeyStoreNotFoundException', async () => {
  await expectError(
    shared.kms.generateRandom({ NumberOfBytes: 8, CustomKeyStoreId: 'cks-1234567890abcdef0' }),
    'CustomKeyStoreNotFoundException',
  )
})

test('SDK-30 takes no DryRun', async () => {
  await expectError(
    call(shared.kms, 'GenerateRandom', { NumberOfBytes: 8, DryRun: true }),
    'ValidationException',
    /Value at 'dryRun' failed/,
  )
})
