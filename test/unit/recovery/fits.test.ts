/** REC-20: what protectors say in clear leaves room for the rest of a backup's header. */
import { expect, test } from 'vitest'
import { fitInHeader } from '../../../worker/recovery/backup/recovery-facts.js'
import type { ProtectorRecord } from '../../../worker/recovery/records.js'

const pairId = 'pair'

function passkeys(count: number, credentialLength: number): readonly ProtectorRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    id: crypto.randomUUID(),
    type: 'passkey',
    label: `passkey ${index}`,
    createdAt: 1,
    parameters: {
      credentialId: new Uint8Array(credentialLength),
      rpId: 'example.com',
      transports: ['internal', 'hybrid'],
    },
    publicKey: new Uint8Array(1216),
    certificate: new Uint8Array(64),
    wraps: [{ pairId, encapsulated: new Uint8Array(1120), ciphertext: new Uint8Array(80) }],
    vouch: new Uint8Array(32),
  }))
}

test.each([
  [16, 64, true],
  [16, 512, true],
  [16, 1023, true],
  [20, 1023, false],
])('%d passkeys whose ids have %d bytes fit: %s', (count, credentialLength, fits) => {
  expect(fitInHeader(passkeys(count, credentialLength), pairId)).toBe(fits)
})
