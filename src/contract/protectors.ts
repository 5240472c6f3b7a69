/**
 * Protectors and gestures (chapter 10, section 3): what an application gives, and what the page makes of it for the worker,
 * which differs for passkeys alone. Loaded with recovery, and not before.
 */
import type { Bytes } from './bytes.js'
import {
  bytes,
  isPlainObject,
  listOf,
  oneOf,
  optional,
  type ReadBy,
  type Reader,
  structure,
  text,
  unreadableValue,
} from './reader.js'

/** Protectors of a vault, at most. */
export const MOST_PROTECTORS = 16

/** What the page needs to ask for a passkey. */
export interface PasskeyQuestion {
  /** What the PRF of every passkey of a vault is asked for: 32 bytes, no secret. */
  readonly salt: Bytes
  /** Those of the vault. */
  readonly passkeys: readonly {
    readonly credentialId: Bytes
    readonly rpId: string
    readonly transports: readonly string[]
  }[]
}

/** What a person calls a protector. */
export const protectorLabel = text({ shortest: 1, longest: 128 })
/** Of any length that a person might type. */
const passphraseText = text({ shortest: 1, longest: 1024 })
/** 33 characters, and whatever is typed between them. */
const codeText = text({ shortest: 1, longest: 256 })
/** RSA of 8192 bits has about 1060 bytes, X-Wing 1216. */
const escrowKey = bytes({ longest: 2048 })
/** Of an escrow holder: RSA-3072 has 384 bytes, HPKE 1200. */
const escrowAnswer = bytes({ longest: 2048 })
const domain = text({ shortest: 1, longest: 253 })
/** WebAuthn section 4: at most 1023 bytes. */
const credentialId = bytes({ longest: 1023 })

const label = optional(protectorLabel)
const only = <const Word extends string | boolean>(word: Word): Reader<Word> => oneOf([word])
/** What a passkey has answered. */
const assertion = structure({ credentialId, prfOutput: secretBytes(32) })
export type PasskeyAnswer = ReadBy<typeof assertion>

const newPassphrase = structure({ type: only('passphrase'), passphrase: passphraseText, label })
const newRecoveryCode = structure({ type: only('recoveryCode'), label })
const newEscrow = structure({ type: only('escrow'), publicKey: escrowKey, label })

/** A new protector, as an application asks for it. */
export const newProtectorOptions = byMember('type', {
  passphrase: newPassphrase,
  recoveryCode: newRecoveryCode,
  passkey: structure({
    type: only('passkey'),
    label,
    /** The relying party; the page's own host name by default. */
    rpId: optional(domain),
    /** What the dialog and the passkey's manager call it; by default the label. */
    userName: optional(text({ shortest: 1, longest: 64 })),
  }),
  escrow: newEscrow,
})
export type NewProtectorOptions = ReadBy<typeof newProtectorOptions>

/** A new protector, as the worker gets it: the passkey has been made. */
export const newProtectorMessage = byMember('type', {
  passphrase: newPassphrase,
  recoveryCode: newRecoveryCode,
  passkey: structure({
    type: only('passkey'),
    label,
    rpId: domain,
    transports: listOf(text({ longest: 32 }), { most: 8 }),
    credentialId,
    prfOutput: secretBytes(32),
  }),
  escrow: newEscrow,
})
export type NewProtectorMessage = ReadBy<typeof newProtectorMessage>

const passphraseGesture = structure({ passphrase: passphraseText })
const codeGesture = structure({ recoveryCode: codeText })
const escrowGesture = structure({ escrow: escrowAnswer })

/** What opens a vault, as an application gives it (PROT-7). */
export const gestureOptions = byOnlyMember({
  passphrase: passphraseGesture,
  recoveryCode: codeGesture,
  passkey: structure({ passkey: only(true) }),
  escrow: escrowGesture,
})

/** What opens a vault, as the worker gets it: the passkey has been asked. */
export const gestureMessage = byOnlyMember({
  passphrase: passphraseGesture,
  recoveryCode: codeGesture,
  passkey: structure({ passkey: assertion }),
  escrow: escrowGesture,
})
export type GestureMessage = ReadBy<typeof gestureMessage>

type Readers = Readonly<Record<string, Reader<unknown>>>

/** One of several objects, told by the text in one member. */
export function byMember<Each extends Readers>(member: string, readers: Each): Reader<ReadBy<Each[keyof Each]>> {
  const kind = oneOf(Object.keys(readers))
  return (value, path) => {
    if (!isPlainObject(value)) throw unreadableValue(path, 'must be an object')
    const name = kind((value as Readonly<Record<string, unknown>>)[member], `${path}.${member}`)
    return (readers[name] as Each[keyof Each])(value, path) as ReadBy<Each[keyof Each]>
  }
}

/** One of several objects, told by the name of the one member that each has. */
function byOnlyMember<Each extends Readers>(readers: Each): Reader<ReadBy<Each[keyof Each]>> {
  const names = Object.keys(readers)
  return (value, path) => {
    const name = isPlainObject(value) && names.find((each) => Object.hasOwn(value, each))
    if (!name) throw unreadableValue(path, `must be an object with one of ${names.join(', ')}`)
    return (readers[name] as Each[keyof Each])(value, path) as ReadBy<Each[keyof Each]>
  }
}

/** So many bytes, copied to where they can be wiped for good: not to the engine's own heap. */
function secretBytes(length: number): Reader<Bytes> {
  const any = bytes({ longest: length })
  return (value, path) => {
    const given = any(value, path)
    const secret = new Uint8Array(new ArrayBuffer(length))
    if (given.byteLength !== length)
      throw unreadableValue(path, `must have ${length} bytes; it has ${given.byteLength}`)
    secret.set(given)
    given.fill(0)
    return secret
  }
}
