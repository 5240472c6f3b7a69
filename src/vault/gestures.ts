/** Protectors and gestures as an application gives them. */
import type { AnyBytes } from '../contract/bytes.js'

/** What is known of every new protector. */
interface Labelled {
  /** What the person calls it: 1 to 128 characters. Default: what it is. */
  readonly label?: string
}

/**
 * A new protector of a vault.
 *
 * @example
 * ```ts
 * const protectors: ProtectorOptions[] = [{ type: 'passphrase', passphrase }, { type: 'recoveryCode', label: 'on paper' }]
 * ```
 */
export type ProtectorOptions =
  | (Labelled & {
      readonly type: 'passphrase'
      /** 8 to 1024 characters. A text of JavaScript: nobody can wipe it, and it stays in memory until the engine collects it. */
      readonly passphrase: string
    })
  /** The vault makes the code, and tells it once. */
  | (Labelled & { readonly type: 'recoveryCode' })
  | (Labelled & {
      readonly type: 'passkey'
      /** The relying party: the page's host name, or a domain above it. Default the host name. */
      readonly rpId?: string
      /** What the dialog and the passkey's manager call it: 1 to 64 characters. Default the label. */
      readonly userName?: string
    })
  | (Labelled & {
      readonly type: 'escrow'
      /** Of the organisation: X-Wing (1216 bytes), or an RSA SubjectPublicKeyInfo in DER, of 3072 to 8192 bits. */
      readonly publicKey: AnyBytes
    })

/** What a person does to open a vault, with one of its protectors (PROT-7). */
export type Gesture =
  | { readonly passphrase: string }
  /** In any case, with or without hyphens and spaces. */
  | { readonly recoveryCode: string }
  /** The page asks for it. */
  | { readonly passkey: true }
  /** What the holder of the escrow key has answered to `vault.recovery.request`. */
  | { readonly escrow: AnyBytes }
