/**
 * What a wrap or a vouch is for, as bytes: a JSON list of texts and numbers, which no two purposes have in common. Whatever
 * of it is changed, neither opens any more.
 */
import { type Bytes, encoder } from '../../../src/contract/bytes.js'
import { bytesToJson } from '../json-bytes.js'
import type { ProtectorParameters, ProtectorType } from '../records.js'
import { parameterForms } from './table.js'

/** What makes a protector the one that it is: a new label changes nothing of it. */
export interface Identity<Type extends ProtectorType = ProtectorType> {
  readonly id: string
  readonly type: Type
  readonly parameters: ProtectorParameters[Type]
}

/** Of the recovery secret of one pair, sealed to one protector. */
export function wrapBinding<Type extends ProtectorType>(
  identity: Identity<Type>,
  vaultId: string,
  pairId: string,
): Bytes {
  return bindingOf('browser-kms/protector-wrap/1', identity, vaultId, pairId)
}

/** Of a protector's word for the root of its vault. */
export function vouchBinding<Type extends ProtectorType>(
  identity: Identity<Type>,
  vaultId: string,
  rootPublicKey: Uint8Array,
): Bytes {
  return bindingOf('browser-kms/protector-vouch/1', identity, vaultId, bytesToJson(rootPublicKey))
}

/** Of the root's word for a protector: of its public key, to which secrets are sealed when the pair is renewed. */
export function certificateBinding<Type extends ProtectorType>(
  identity: Identity<Type> & { readonly publicKey: Uint8Array },
  vaultId: string,
): Bytes {
  return bindingOf('browser-kms/protector-certificate/1', identity, vaultId, bytesToJson(identity.publicKey))
}

/** Of an escrow holder's answer. */
export function answerBinding(identity: Identity<'escrow'>, vaultId: string, pairId: string): Bytes {
  return bindingOf('browser-kms/escrow-answer/1', identity, vaultId, pairId)
}

function bindingOf<Type extends ProtectorType>(
  purpose: string,
  { id, type, parameters }: Identity<Type>,
  vaultId: string,
  subject: string,
): Bytes {
  const bound = parameterForms[type].bound(parameters)
  return encoder.encode(JSON.stringify([purpose, vaultId, id, type, bound, subject]))
}
