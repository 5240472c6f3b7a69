/**
 * Opening by an escrow key (PROT-5): the device asks, the holder opens and answers, and the device opens the answer. Whoever
 * carries either sees nothing: the answer is sealed to a key that the device has made for this one request.
 *
 * A request is JSON in UTF-8, with bytes in base64:
 *
 * ```json
 * {
 *   "format": "browser-kms/escrow-request", "version": 1,
 *   "vault": "<id of the vault>", "protector": "<id>", "label": "<what the person calls it>",
 *   "createdAt": "2026-11-27T12:00:00.000Z",
 *   "algorithm": "RSAES_OAEP_SHA_256", "wrapped": "<what to decrypt>", "replyTo": "<public key to encrypt to>"
 * }
 * ```
 *
 * **By RSA** the answer is the decrypted bytes, all 96 of them, encrypted to `replyTo`, a SubjectPublicKeyInfo in DER of
 * RSA-3072. Both are RSA-OAEP with SHA-256 (for the label, which is empty, and for MGF1), so that OpenSSL alone can answer:
 *
 * ```sh
 * OAEP="-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256"
 * jq -r .wrapped request.json | base64 -d > wrapped.bin
 * jq -r .replyTo request.json | base64 -d > reply-to.der
 * openssl pkeyutl -decrypt -inkey escrow.pem $OAEP -in wrapped.bin |
 *   openssl pkeyutl -encrypt -pubin -keyform DER -inkey reply-to.der $OAEP -out answer.bin
 * ```
 *
 * With the key in AWS KMS the first of the two is `aws kms decrypt --key-id … --encryption-algorithm RSAES_OAEP_SHA_256
 * --ciphertext-blob fileb://wrapped.bin --query Plaintext --output text | base64 -d`.
 *
 * **By HPKE** (`"algorithm": "HPKE"`: base mode, KEM 0x647a, KDF 0x0001, AEAD 0x0002) there are also `encapsulated`, `info`
 * to open `wrapped` with, and `answerInfo`. The answer is the opened 64 bytes, sealed to `replyTo` with `answerInfo`: the
 * encapsulated secret (1120 bytes), followed by the ciphertext (80 bytes).
 *
 * What the holder has to do first, and no format can: make sure of who asks. Whoever has the vault's records or a backup of it
 * can make such a request, and whoever carries one can put another `replyTo` into it. The person and the holder compare the
 * SHA-256 digest of the request by a way of their own, such as a call.
 */
import { type Bytes, encoder } from '../../../src/contract/bytes.js'
import { ENCAPSULATED_LENGTH, openWith, publicKeyOfSeed, SEED_LENGTH, withOpeningKey } from '../../material/hpke.js'
import { Sealer } from '../../material/sealer.js'
import { copyOfSecret, randomSecret } from '../../material/secret-bytes.js'
import { generateSymmetric } from '../../material/symmetric.js'
import { bytesToJson } from '../json-bytes.js'
import type { ProtectorRecord, Wrap } from '../records.js'
import { answerBinding, wrapBinding } from './binding.js'
import { RSA_OAEP, secretOfMessage } from './escrow.js'

/** Bits of the device's key for one answer. */
const REPLY_BITS = 3072

/**
 * What the device keeps until the answer comes: it can be structured-cloned, and opens nothing but the answer. It lies where
 * whoever copies the device's profile finds it: it goes as soon as the answer has come, or is not wanted any more.
 */
export interface PendingAnswer {
  readonly protectorId: string
  readonly pairId: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly replyKey: ReplyKey
}

/** Of X-Wing, which few engines have handles for, a seed that is sealed under a handle. */
type ReplyKey =
  | { readonly algorithm: 'RSAES_OAEP_SHA_256'; readonly privateKey: CryptoKey }
  | { readonly algorithm: 'HPKE'; readonly sealedSeed: Bytes; readonly sealingKey: CryptoKey }

export interface EscrowRequest {
  /** For the holder. */
  readonly request: Bytes
  /** For the device's store. */
  readonly pending: PendingAnswer
}

/**
 * Asks the holder of an escrow key.
 *
 * @param wrap that of the pair whose secret is wanted
 * @param now milliseconds since 1970
 */
export async function askHolder(
  record: ProtectorRecord<'escrow'>,
  vaultId: string,
  wrap: Wrap,
  now: number,
): Promise<EscrowRequest> {
  const { algorithm } = record.parameters
  const { pairId } = wrap
  const { replyTo, replyKey } = await (algorithm === 'HPKE' ? newHpkeReplyKey() : newRsaReplyKey())
  const forHpke = {
    encapsulated: bytesToJson(wrap.encapsulated),
    info: bytesToJson(wrapBinding(record, vaultId, pairId)),
    answerInfo: bytesToJson(answerBinding(record, vaultId, pairId)),
  }
  const request = {
    format: 'browser-kms/escrow-request',
    version: 1,
    vault: vaultId,
    protector: record.id,
    label: record.label,
    createdAt: new Date(now).toISOString(),
    algorithm,
    wrapped: bytesToJson(wrap.ciphertext),
    replyTo: bytesToJson(replyTo),
    ...(algorithm === 'HPKE' && forHpke),
  }
  return {
    request: encoder.encode(`${JSON.stringify(request, undefined, 2)}\n`),
    pending: { protectorId: record.id, pairId, createdAt: now, replyKey },
  }
}

/**
 * Opens the holder's answer.
 *
 * @returns the 64 bytes of the recovery secret, which the caller wipes; undefined if it does not answer this request
 */
export async function openAnswer(
  record: ProtectorRecord<'escrow'>,
  vaultId: string,
  { protectorId, pairId, replyKey }: PendingAnswer,
  answer: Bytes,
): Promise<Bytes | undefined> {
  if (protectorId !== record.id) return undefined
  if (replyKey.algorithm === 'HPKE') return openByHpke(replyKey, answer, answerBinding(record, vaultId, pairId))
  const message = await decrypted(replyKey.privateKey, answer)
  try {
    return message && (await secretOfMessage(message, wrapBinding(record, vaultId, pairId)))
  } finally {
    message?.fill(0)
  }
}

async function newRsaReplyKey(): Promise<{ replyTo: Bytes; replyKey: ReplyKey }> {
  const algorithm = { ...RSA_OAEP, modulusLength: REPLY_BITS, publicExponent: Uint8Array.of(1, 0, 1) }
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, false, ['encrypt', 'decrypt'])
  const replyTo = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))
  return { replyTo, replyKey: { algorithm: 'RSAES_OAEP_SHA_256', privateKey } }
}

async function newHpkeReplyKey(): Promise<{ replyTo: Bytes; replyKey: ReplyKey }> {
  const seed = randomSecret(SEED_LENGTH)
  try {
    const replyTo = await publicKeyOfSeed(seed)
    const sealingKey = await generateSymmetric()
    // The sealer wipes what it seals.
    const sealedSeed = await new Sealer(sealingKey).seal(copyOfSecret(seed))
    return { replyTo, replyKey: { algorithm: 'HPKE', sealedSeed, sealingKey } }
  } finally {
    seed.fill(0)
  }
}

async function openByHpke(
  { sealedSeed, sealingKey }: ReplyKey & { readonly algorithm: 'HPKE' },
  answer: Bytes,
  info: Bytes,
): Promise<Bytes | undefined> {
  const sealed = {
    encapsulated: answer.slice(0, ENCAPSULATED_LENGTH),
    ciphertext: answer.slice(ENCAPSULATED_LENGTH),
  }
  return new Sealer(sealingKey).withOpened({ handles: {}, sealed: sealedSeed }, (seed) =>
    withOpeningKey(seed, (key) => openWith(key, sealed, info)),
  )
}

async function decrypted(key: CryptoKey, ciphertext: Bytes): Promise<Bytes | undefined> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(RSA_OAEP, key, ciphertext))
  } catch {
    return undefined
  }
}
