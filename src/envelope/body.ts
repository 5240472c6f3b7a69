/** Frames, and what is authenticated with them (MSG-12 to MSG-15). */
import { type Bytes, concatenate } from '../contract/bytes.js'
import { encoder, u32, u64 } from './bytes.js'
import { IV_LENGTH } from './header.js'

export const FINAL = 0xffffffff
export const FIRST_SEQUENCE_NUMBER = 1

const contents = {
  frame: encoder.encode('AWSKMSEncryptionClient Frame'),
  final: encoder.encode('AWSKMSEncryptionClient Final Frame'),
  whole: encoder.encode('AWSKMSEncryptionClient Single Block'),
} as const

/** Additional data of a piece of the body. */
export function bodyAdditionalData(
  messageId: Bytes,
  content: keyof typeof contents,
  sequenceNumber: number,
  length: number,
): Bytes {
  return concatenate([messageId, contents[content], u32(sequenceNumber), u64(length)])
}

/** IV of a frame (MSG-14). */
export function frameIv(sequenceNumber: number): Bytes {
  return concatenate([new Uint8Array(IV_LENGTH - 4), u32(sequenceNumber)])
}
