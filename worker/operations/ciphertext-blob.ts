/**
 * The CiphertextBlob of symmetric encryption keys. It says which key and which backing key made it, so that Decrypt
 * needs no KeyId and old ciphertexts open after a rotation (MGT-44, MGT-91):
 *
 * ```
 * version 1 byte (0xb1) · key id form 1 byte (0 UUID, 1 multi-Region) · key id 16 bytes · backing key id 32 bytes
 * nonce 12 bytes · ciphertext as long as the plaintext · tag 16 bytes
 * ```
 *
 * Everything before the nonce is authenticated, together with the encryption context.
 */
import { bytesToHex, hexToBytes } from '../../src/contract/bytes.js'
import { isKeyId, type KeyId } from '../../src/contract/identifiers.js'
import { SEAL_OVERHEAD } from '../material/symmetric.js'
import type { MaterialId } from '../storage/schema.js'

/** Unlike the first byte of a ciphertext of AWS KMS, which must not be taken for one of a key that is not here (ENC-50). */
const VERSION = 0xb1
const UUID_FORM = 0
const MULTI_REGION_FORM = 1
const KEY_ID_OFFSET = 2
const MATERIAL_ID_OFFSET = KEY_ID_OFFSET + 16
const HEADER_LENGTH = MATERIAL_ID_OFFSET + 32

/** What a ciphertext tells about itself; nothing of it is proven until it has been opened. */
export interface CiphertextHeader {
  readonly keyId: KeyId
  readonly materialId: MaterialId
  /** The bytes to authenticate. */
  readonly header: Uint8Array<ArrayBuffer>
  /** Nonce, ciphertext, tag. */
  readonly sealed: Uint8Array<ArrayBuffer>
}

/** What a ciphertext begins with; sealing appends the rest. */
export function ciphertextHeader(keyId: KeyId, materialId: MaterialId): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(HEADER_LENGTH)
  const multiRegion = keyId.startsWith('mrk-')
  header[0] = VERSION
  header[1] = multiRegion ? MULTI_REGION_FORM : UUID_FORM
  header.set(hexToBytes(multiRegion ? keyId.slice(4) : keyId.replaceAll('-', '')), KEY_ID_OFFSET)
  header.set(hexToBytes(materialId), MATERIAL_ID_OFFSET)
  return header
}

/** Takes a ciphertext apart, or answers undefined if it is none of ours. */
export function readCiphertextBlob(blob: Uint8Array<ArrayBuffer>): CiphertextHeader | undefined {
  if (blob.byteLength <= HEADER_LENGTH + SEAL_OVERHEAD || blob[0] !== VERSION) return undefined
  const id = bytesToHex(blob.subarray(KEY_ID_OFFSET, MATERIAL_ID_OFFSET))
  const keyId = blob[1] === MULTI_REGION_FORM ? `mrk-${id}` : blob[1] === UUID_FORM ? withDashes(id) : ''
  if (!isKeyId(keyId)) return undefined
  return {
    keyId,
    materialId: bytesToHex(blob.subarray(MATERIAL_ID_OFFSET, HEADER_LENGTH)),
    header: blob.subarray(0, HEADER_LENGTH),
    sealed: blob.subarray(HEADER_LENGTH),
  }
}

function withDashes(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
