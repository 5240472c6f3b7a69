/** Protectors of one vault, made for the tests. */
import { type NewProtector, newProtector, type Protected } from '../../../worker/recovery/protectors/protectors.js'

export const NOW = Date.UTC(2026, 10, 27)
export const passphrase = 'correct horse battery staple'

export function random(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length))
}

export const assertion = { credentialId: random(48), prfOutput: random(32) }

export function newVault(): Protected {
  return { vaultId: crypto.randomUUID(), pairId: 'pair 1', rootPublicKey: random(32), secret: random(64) }
}

/** One of each type that a secret of the person's opens. */
export async function oneOfEach(vault: Protected): Promise<{
  readonly passphrase: NewProtector
  readonly recoveryCode: NewProtector
  readonly passkey: NewProtector
}> {
  const passkey = { type: 'passkey', rpId: 'localhost', transports: ['internal'], label: 'this laptop' } as const
  return {
    passphrase: await newProtector({ type: 'passphrase', passphrase }, vault, NOW),
    recoveryCode: await newProtector({ type: 'recoveryCode' }, vault, NOW),
    passkey: await newProtector({ ...passkey, ...assertion }, vault, NOW),
  }
}
