/**
 * ECDSA signatures are DER in KMS, `SEQUENCE { INTEGER r, INTEGER s }`, and r‖s in WebCrypto. noble's strict DER does the
 * work; it is loaded with the first signature.
 */
import { type Bytes, bytesToHex, hexToBytes } from '../../src/contract/bytes.js'
import { once } from '../../src/contract/once.js'

const loadDer = once(async () => (await import('@noble/curves/abstract/der.js')).DER)

const toInteger = (bytes: Uint8Array): bigint => BigInt(`0x${bytesToHex(bytes)}`)

/** From r‖s to DER. Signatures are public: no care for timing is needed. */
export async function derSignature(raw: Uint8Array): Promise<Bytes> {
  const half = raw.byteLength / 2
  const hex = (await loadDer()).hexFromSig({
    r: toInteger(raw.subarray(0, half)),
    s: toInteger(raw.subarray(half)),
  })
  return hexToBytes(hex)
}

/**
 * From DER to r‖s.
 *
 * @param coordinate bytes of each half
 * @returns undefined if it is no DER signature, or its numbers are too long for the curve
 */
export async function rawSignature(der: Bytes, coordinate: number): Promise<Bytes | undefined> {
  let parsed: { r: bigint; s: bigint }
  try {
    parsed = (await loadDer()).toSig(der)
  } catch {
    return undefined
  }
  const halves = [parsed.r, parsed.s].map((number) => number.toString(16).padStart(2 * coordinate, '0'))
  if (halves.some((half) => half.length > 2 * coordinate)) return undefined
  return hexToBytes(halves.join(''))
}
