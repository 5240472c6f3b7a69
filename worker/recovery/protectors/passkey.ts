/** A passkey (PROT-4): the output of WebAuthn's PRF extension, 32 bytes that only the authenticator can make. */
import { type Bytes, encoder } from '../../../src/contract/bytes.js'
import { ValidationException } from '../../../src/contract/errors.js'
import { listOf, structure, text } from '../../../src/contract/reader.js'
import { copyOfSecret } from '../../material/secret-bytes.js'
import { bytesToJson, jsonBytes } from '../json-bytes.js'
import type { SecretKind } from './kind.js'

/** What the page's dialog has brought. */
export interface PasskeyAssertion {
  readonly credentialId: Bytes
  /** 32 bytes. */
  readonly prfOutput: Bytes
}

export interface NewPasskey extends PasskeyAssertion {
  readonly rpId: string
  readonly transports: readonly string[]
}

const PRF_OUTPUT_LENGTH = 32
/** WebAuthn section 4: at most 1023 bytes. */
const LONGEST_CREDENTIAL_ID = 1023

export const passkey: SecretKind<'passkey', NewPasskey, PasskeyAssertion> = {
  async make({ credentialId, rpId, transports, prfOutput }) {
    return { parameters: { credentialId, rpId, transports }, keying: checkedOutput(prfOutput) }
  },
  async keyingOf(_parameters, { prfOutput }) {
    return checkedOutput(prfOutput)
  },
  bound: ({ credentialId, rpId }) => [bytesToJson(credentialId), rpId],
  toJson: ({ credentialId, rpId, transports }) => ({ credentialId: bytesToJson(credentialId), rpId, transports }),
  reader: structure({
    credentialId: jsonBytes(1, LONGEST_CREDENTIAL_ID),
    rpId: text({ shortest: 1, longest: 253 }),
    transports: listOf(text({ longest: 32 }), { most: 8 }),
  }),
}

/** What all passkeys of a vault are asked for: 32 bytes, no secret. */
export async function passkeySalt(vaultId: string): Promise<Bytes> {
  const named = encoder.encode(`browser-kms/passkey-salt/1/${vaultId}`)
  return new Uint8Array(await crypto.subtle.digest('SHA-256', named))
}

/** Authenticators with a defect have been seen to answer with zeros, which everybody knows. */
function checkedOutput(output: Bytes): Bytes {
  if (output.byteLength !== PRF_OUTPUT_LENGTH || output.every((byte) => byte === 0))
    throw new ValidationException(
      'The passkey has given no secret: its PRF output must be 32 bytes that are not all zero.',
    )
  return copyOfSecret(output)
}
