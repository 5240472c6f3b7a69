/** Memory that is given back as soon as it is not needed. */
import { type Bytes, lengthOf } from '../contract/bytes.js'

/** Frees memory now, where the engine can (ES2024), and not when garbage is collected. */
export function letGo(buffer: ArrayBuffer): void {
  if ('transfer' in buffer) buffer.transfer(0)
}

/** Wipes bytes and frees their memory. They have to be all of their buffer that is used. */
export function discard(bytes: Bytes): void {
  bytes.fill(0)
  letGo(bytes.buffer)
}

/** Puts pieces together that nobody else has. They are discarded. */
export function joined(pieces: Bytes[]): Bytes {
  const [only] = pieces
  if (only && pieces.length === 1 && only.byteLength === only.buffer.byteLength) return only
  const whole = new Uint8Array(lengthOf(pieces))
  let offset = 0
  for (const piece of pieces.splice(0)) {
    whole.set(piece, offset)
    offset += piece.byteLength
    discard(piece)
  }
  return whole
}
