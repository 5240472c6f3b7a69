/** Whatever the methods of recovery are given, they answer, or say in words of the API what is wrong; never by a defect. */
import type { Vault } from 'browser-kms'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { sharedVault } from '../fixtures/vault.js'

const allowed = [
  'ValidationException',
  'KMSInvalidStateException',
  'NotFoundException',
  'InvalidArnException',
  'UnsupportedOperationException',
]

const shared = sharedVault()
beforeAll(async () => {
  await shared.vault.recovery.setUp([{ type: 'recoveryCode' }])
})

/** Anything that code can pass; gestures that are well formed would make the vault wait. */
const anything = fc.anything({ withDate: true, withMap: true, withSet: true, withTypedArray: true, withBigInt: true })

/** Almost right. */
const near = fc.oneof(
  anything,
  fc.record({ passphrase: anything.filter((value) => typeof value !== 'string') }),
  fc.record({ recoveryCode: fc.string() }),
  fc.record({
    type: fc.constantFrom('passphrase', 'recoveryCode', 'escrow', 'x'),
    label: anything,
    publicKey: anything,
  }),
  fc.array(fc.record({ type: fc.constantFrom('passphrase', 'recoveryCode') })),
)

type Methods = Readonly<Record<string, (...given: unknown[]) => Promise<unknown>>>

describe('whatever is given to', () => {
  test.each([
    'setUp',
    'verify',
    'add',
    'remove',
    'rename',
    'renewPair',
    'renewKey',
    'noteReEncrypted',
    'request',
  ] satisfies (keyof Vault['recovery'])[])('%s', async (name) => {
    const methods = shared.vault.recovery as unknown as Methods
    await fc.assert(
      fc.asyncProperty(near, near, async (first, second) => {
        const error = await (methods[name] as Methods[string]).call(methods, first, second).then(
          () => undefined,
          (thrown: Error) => thrown,
        )
        expect(allowed).toContain(error?.name)
      }),
      { numRuns: 100 },
    )
  })

  test('reEncrypt', async () => {
    const { KeyMetadata } = await shared.kms.createKey({})
    await fc.assert(
      fc.asyncProperty(fc.array(near, { maxLength: 3 }), async (messages) => {
        const reports = []
        for await (const report of shared.vault.recovery.reEncrypt(KeyMetadata.KeyId, messages as never))
          reports.push(report)
        expect(reports.map(({ index, changed }) => [index, changed])).toEqual(
          messages.map((_message, index) => [index, false]),
        )
        for (const { error } of reports) expect(error?.name).not.toBe('KMSInternalException')
      }),
      { numRuns: 50 },
    )
  })
})
