/** The types of protectors: a new one is a file beside these, and a row here. */
import type { ProtectorType } from '../records.js'
import { escrow } from './escrow.js'
import type { ParameterForm } from './kind.js'
import { passkey } from './passkey.js'
import { passphrase } from './passphrase.js'
import { recoveryCode } from './recovery-code.js'

/** Types that something opens which only the person has. */
export const secretKinds = { passphrase, recoveryCode, passkey } as const

/** How the parameters of each type are bound, written and read. */
export const parameterForms: { readonly [Type in ProtectorType]: ParameterForm<Type> } = { ...secretKinds, escrow }

/** What a new protector is called if the person gives no name. */
export const defaultLabels: Readonly<Record<ProtectorType, string>> = {
  passphrase: 'Passphrase',
  recoveryCode: 'Recovery code',
  passkey: 'Passkey',
  escrow: 'Escrow key',
}
