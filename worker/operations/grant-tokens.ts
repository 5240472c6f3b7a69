/** Grant tokens (GRANT-25 to GRANT-27): sealed by the vault, any number for one grant, none of them secret. */
import { InvalidGrantTokenException } from '../../src/contract/errors.js'
import type { KeyId } from '../../src/contract/identifiers.js'
import { open, seal } from '../material/symmetric.js'
import type { VaultStore } from '../storage/vault-store.js'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const SCOPE = encoder.encode('GrantToken')

/** What a token names; the grant may have ended since. */
export interface GrantToken {
  readonly keyId: KeyId
  readonly grantId: string
}

/** A new token of a grant. */
export async function sealGrantToken({ identity }: VaultStore, keyId: KeyId, grantId: string): Promise<string> {
  return btoa(String.fromCharCode(...(await seal(identity.markerKey, encoder.encode(`${keyId} ${grantId}`), SCOPE))))
}

/** @throws {@link InvalidGrantTokenException} if this vault did not issue it */
export async function openGrantToken({ identity }: VaultStore, token: string): Promise<GrantToken> {
  const sealed = fromBase64(token)
  const content = sealed && (await open(identity.markerKey, sealed, SCOPE))
  if (!content) throw new InvalidGrantTokenException('The grant token was not issued by this vault.')
  const [keyId, grantId] = decoder.decode(content).split(' ') as [KeyId, string]
  return { keyId, grantId }
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}
