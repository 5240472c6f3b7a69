/** Grant tokens (GRANT-25 to GRANT-27): sealed by the vault, any number for one grant, none of them secret. */
import { InvalidGrantTokenException } from '../../src/contract/errors.js'
import type { KeyId } from '../../src/contract/identifiers.js'
import type { GrantToken } from '../pipeline/row.js'
import type { VaultStore } from '../storage/vault-store.js'
import { openTextMark, sealTextMark } from './vault-marks.js'

const SCOPE = 'GrantToken'

/** A new token of a grant. */
export function sealGrantToken(store: VaultStore, keyId: KeyId, grantId: string): Promise<string> {
  return sealTextMark(store, SCOPE, `${keyId} ${grantId}`)
}

/** @throws {@link InvalidGrantTokenException} if this vault did not issue it */
export async function openGrantToken(store: VaultStore, token: string): Promise<GrantToken> {
  const content = await openTextMark(store, SCOPE, token)
  if (content === undefined) throw new InvalidGrantTokenException('The grant token was not issued by this vault.')
  const [keyId, grantId] = content.split(' ') as [KeyId, string]
  return { keyId, grantId }
}
