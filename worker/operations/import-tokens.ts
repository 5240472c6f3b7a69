/** Import tokens (IMP-10): sealed by the vault, each good for one key and one import, for a day. */
import { InvalidImportTokenException } from '../../src/contract/errors.js'
import type { KeyId } from '../../src/contract/identifiers.js'
import { DAY } from '../lifecycle/key-facts.js'
import type { Bytes } from '../material/family.js'
import type { VaultStore } from '../storage/vault-store.js'
import { openMark, sealMark } from './vault-marks.js'

/** Milliseconds that a token and its public key are good for. */
export const TOKEN_LIFETIME = DAY

/** A token of one key cannot be taken for another's: the key is authenticated with it. */
const scopeOf = (keyId: KeyId): string => `ImportToken ${keyId}`

/** Makes a token. The key pair that belongs to it is stored under its id. */
export async function issueImportToken(
  store: VaultStore,
  keyId: KeyId,
  now: number,
): Promise<{ tokenId: string; token: Bytes }> {
  const tokenId = crypto.randomUUID()
  const content = JSON.stringify([tokenId, now + TOKEN_LIFETIME])
  return { tokenId, token: await sealMark(store, scopeOf(keyId), content) }
}

/**
 * Opens a token.
 *
 * @throws {@link InvalidImportTokenException} if this vault did not issue it for this key
 */
export async function readImportToken(
  store: VaultStore,
  keyId: KeyId,
  token: Bytes,
): Promise<{ tokenId: string; expiresAt: number }> {
  const content = await openMark(store, scopeOf(keyId), token)
  if (content === undefined)
    throw new InvalidImportTokenException(
      'The import token was not issued for this key. Get new parameters for import.',
    )
  const [tokenId, expiresAt] = JSON.parse(content) as [string, number]
  return { tokenId, expiresAt }
}
