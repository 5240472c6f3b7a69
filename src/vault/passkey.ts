/**
 * Passkeys as protectors (PROT-4): the dialogs of WebAuthn (Level 3), whose PRF extension gives 32 bytes that only the
 * authenticator can make. What is made of them is the worker's business. Loaded when a passkey is first used.
 */
import type { Bytes } from '../contract/bytes.js'
import { KMSInternalException, ValidationException } from '../contract/exceptions.js'
import type { ErrorReason } from '../contract/kms-error.js'
import type { NewProtectorOptions, PasskeyAnswer, PasskeyQuestion } from '../contract/protectors.js'
import { PasskeyException } from '../contract/recovery-errors.js'

/** A passkey that was made, and has answered. */
export interface MadePasskey extends PasskeyAnswer {
  readonly rpId: string
  readonly transports: readonly string[]
}

type NewPasskeyOptions = Omit<Extract<NewProtectorOptions, { type: 'passkey' }>, 'type'>

/** COSE algorithms of a passkey's signatures, which nobody looks at here: ES256, EdDSA, RS256. */
const ALGORITHMS = [-7, -8, -257]
/** Characters of a user's name that authenticators keep: at most 64 bytes. */
const LONGEST_NAME = 64
/** Challenges are for servers, and there is none. */
const RANDOM_LENGTH = 32

/**
 * Makes a passkey, and asks it.
 *
 * @throws {PasskeyException} if the person ends the dialog, or there is no PRF
 */
export async function makePasskey(
  { salt }: PasskeyQuestion,
  { label, rpId = location.hostname, userName = label ?? 'browser-kms' }: NewPasskeyOptions,
): Promise<MadePasskey> {
  await mustHavePrf()
  const name = userName.slice(0, LONGEST_NAME)
  const credential = await dialog(rpId, () =>
    navigator.credentials.create({
      publicKey: {
        rp: { id: rpId, name: rpId },
        // Random: a passkey of the same user would be overwritten, and what it protects be lost.
        user: { id: random(), name, displayName: name },
        challenge: random(),
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
        authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
        // By credential is not possible before there is one.
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  )
  const credentialId = new Uint8Array(credential.rawId)
  const transports = (credential.response as AuthenticatorAttestationResponse).getTransports?.() ?? []
  const { enabled, results } = credential.getClientExtensionResults().prf ?? {}
  try {
    // Few authenticators answer while the passkey is made.
    const answer = results
      ? { credentialId, prfOutput: bytesOf(results.first) }
      : enabled !== false && (await askPasskey({ salt, passkeys: [{ credentialId, rpId, transports }] }))
    if (!answer) throw failure('passkeyWithoutPrf')
    return { ...answer, rpId, transports }
  } catch (error) {
    await forget(rpId, credential.id)
    throw error
  }
}

/**
 * Asks one of a vault's passkeys, whichever the person has at hand.
 *
 * @throws {PasskeyException} if the person ends the dialog, or there is no PRF
 */
export async function askPasskey({ salt, passkeys }: PasskeyQuestion): Promise<PasskeyAnswer> {
  // A dialog asks for those of one domain, which has to be this page's or one above it.
  const rpId = (passkeys.find((each) => isAskableHere(each.rpId)) ?? passkeys[0])?.rpId
  if (rpId === undefined) throw new ValidationException('The vault has no passkey among its protectors.')
  await mustHavePrf()
  const asked = passkeys.filter((each) => each.rpId === rpId)
  const credential = await dialog(rpId, () =>
    navigator.credentials.get({
      publicKey: {
        rpId,
        challenge: random(),
        allowCredentials: asked.map(({ credentialId, transports }) => ({
          type: 'public-key',
          id: credentialId,
          transports: transports as AuthenticatorTransport[],
        })),
        userVerification: 'required',
        extensions: {
          prf: {
            evalByCredential: Object.fromEntries(
              asked.map(({ credentialId }) => [toBase64Url(credentialId), { first: salt }]),
            ),
          },
        },
      },
    }),
  )
  const { prf } = credential.getClientExtensionResults()
  // A browser that knows the extension says so, whatever the authenticator has said.
  if (!prf?.results) throw failure(prf ? 'passkeyWithoutPrf' : 'browserWithoutPrf')
  return { credentialId: new Uint8Array(credential.rawId), prfOutput: bytesOf(prf.results.first) }
}

function isAskableHere(rpId: string): boolean {
  return `.${location.hostname}`.endsWith(`.${rpId}`)
}

/** Says no only where the browser itself does: what an authenticator can do shows when it is asked. */
async function mustHavePrf(): Promise<void> {
  const here = globalThis.PublicKeyCredential as Partial<typeof PublicKeyCredential> | undefined
  const can: Readonly<Record<string, boolean>> | undefined = await here?.getClientCapabilities?.()
  if (!here || can?.['extension:prf'] === false) throw failure('browserWithoutPrf')
}

/** Runs one dialog, and says in the vault's words how it failed. */
async function dialog(rpId: string, ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  let credential: Credential | null
  try {
    credential = await ask()
  } catch (error) {
    const { name } = error as Partial<DOMException>
    if (name === 'SecurityError')
      throw new ValidationException(
        `The passkey is one of '${rpId}', and cannot be used at '${location.hostname}': a passkey belongs to a domain.`,
      )
    const reason = reasons.get(name ?? '')
    throw reason
      ? failure(reason)
      : new KMSInternalException(`The passkey could not be asked (${name}). Try again, or use another protector.`)
  }
  if (!credential) throw failure('passkeyCancelled')
  return credential as PublicKeyCredential
}

/** Names of WebAuthn's errors. That nobody has answered in time, it does not tell from that somebody did not want to. */
const reasons: ReadonlyMap<string, ErrorReason> = new Map([
  ['NotAllowedError', 'passkeyCancelled'],
  ['AbortError', 'passkeyCancelled'],
  ['NotSupportedError', 'passkeyWithoutPrf'],
  ['ConstraintError', 'passkeyWithoutPrf'],
])

const sentences: Partial<Readonly<Record<ErrorReason, string>>> = {
  passkeyCancelled: 'The dialog of the passkey was closed, or nobody has answered it in time.',
  passkeyWithoutPrf:
    'The passkey cannot protect a vault: it, or what holds it, has no PRF extension. Try another one, such as one in a phone, or a protector of another type.',
  browserWithoutPrf:
    'This browser cannot use passkeys to protect a vault: it has no PRF extension of WebAuthn. Use another browser, or a protector of another type.',
}

function failure(reason: ErrorReason): PasskeyException {
  return new PasskeyException(sentences[reason] ?? '', '', reason)
}

/** A passkey that protects nothing is taken out of the person's list again, where the browser can do that. */
async function forget(rpId: string, credentialId: string): Promise<void> {
  const here: Partial<typeof PublicKeyCredential> = PublicKeyCredential
  await here.signalUnknownCredential?.({ rpId, credentialId }).catch(() => undefined)
}

function bytesOf(source: BufferSource): Bytes {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer as ArrayBuffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source)
}

function random(): Bytes {
  return crypto.getRandomValues(new Uint8Array(RANDOM_LENGTH))
}

/** As WebAuthn writes ids: base64url without padding (RFC 4648 section 5). */
function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
