import type { KeySpec } from 'browser-kms'

type Bytes = Uint8Array<ArrayBuffer>

/** Key material as it came from the user, or what is wrong with it. Whoever gets the bytes wipes them. */
export type ReadMaterial = { readonly bytes: Bytes } | { readonly problem: string }

/** Key specs whose material is raw bytes, and how many; that of the others is a private key in PKCS#8 (IMP-3). */
const lengths: { readonly [Spec in KeySpec]?: number } = {
  SYMMETRIC_DEFAULT: 32,
  HMAC_224: 28,
  HMAC_256: 32,
  HMAC_384: 48,
  HMAC_512: 64,
}

/** No private key is longer: that of RSA_4096 has 2.4 kB. */
const LONGEST_FILE = 16_384

/** How many raw bytes the material of a key spec has; undefined where it is a private key. */
export function rawLengthOf(spec: KeySpec): number | undefined {
  return lengths[spec]
}

/** Reads material that was typed or pasted: hexadecimal digits or base64. */
export function readText(text: string, spec: KeySpec): ReadMaterial {
  const compact = text.replace(/\s/g, '')
  const length = lengths[spec] ?? 0
  const bytes = fromHex(compact, length) ?? fromBase64(compact)
  if (!bytes) return { problem: 'These are neither hexadecimal digits nor base64.' }
  return ofLength(bytes, length)
}

/** Reads material from a file: raw bytes, or a private key in PKCS#8, as DER or PEM. */
export async function readFile(file: File, spec: KeySpec): Promise<ReadMaterial> {
  if (file.size > LONGEST_FILE) return { problem: 'This file is too large to be a key.' }
  const bytes = await contentOf(file)
  if (!bytes)
    return { problem: 'The file cannot be read. It was moved or changed after you chose it: choose it again.' }
  const length = lengths[spec]
  if (length !== undefined) return ofLength(bytes, length)
  return isPem(bytes) ? readPem(bytes) : asPrivateKey(bytes)
}

async function contentOf(file: File): Promise<Bytes | undefined> {
  try {
    return new Uint8Array(await file.arrayBuffer())
  } catch {
    return undefined
  }
}

function ofLength(bytes: Bytes, length: number): ReadMaterial {
  if (bytes.byteLength === length) return { bytes }
  const found = bytes.byteLength
  bytes.fill(0)
  return { problem: `The key material of this key has ${length} bytes; these are ${found}.` }
}

/** Hexadecimal digits are base64 too: what has the right length as base64, and only so, is that. */
function fromHex(text: string, length: number): Bytes | undefined {
  if (!/^([0-9a-f]{2})+$/i.test(text)) return undefined
  if (text.length !== 2 * length && fromBase64(text)?.byteLength === length) return undefined
  return Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
}

function fromBase64(text: string): Bytes | undefined {
  if (text === '') return undefined
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

function isPem(bytes: Bytes): boolean {
  return new TextDecoder().decode(bytes.subarray(0, 64)).trimStart().startsWith('-----BEGIN')
}

const CONVERT = 'Convert it: openssl pkcs8 -topk8 -nocrypt -in key.pem -out key.pk8.pem'

/** What a PEM file that is no unencrypted PKCS#8 holds, and what to do. */
const otherPem: Readonly<Record<string, string>> = {
  'ENCRYPTED PRIVATE KEY': `This private key has a password. ${CONVERT}`,
  'RSA PRIVATE KEY': `This private key is in PKCS#1, not in PKCS#8. ${CONVERT}`,
  'EC PRIVATE KEY': `This private key is in the form of RFC 5915, not in PKCS#8. ${CONVERT}`,
  'EC PARAMETERS': `This private key is in the form of RFC 5915, not in PKCS#8. ${CONVERT}`,
  'PUBLIC KEY': 'This is a public key. The private key is needed.',
}

function readPem(file: Bytes): ReadMaterial {
  const text = new TextDecoder().decode(file)
  file.fill(0)
  const label = text.match(/-----BEGIN ([^-]+)-----/)?.[1] ?? ''
  const body = text.match(/-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----/)?.[1]
  if (body === undefined) return { problem: otherPem[label] ?? 'This file holds no private key in PKCS#8.' }
  const bytes = fromBase64(body.replace(/\s/g, ''))
  return bytes ? asPrivateKey(bytes) : { problem: 'This PEM file is damaged.' }
}

/** Only a first look, the vault takes the second: DER begins with a SEQUENCE. */
function asPrivateKey(bytes: Bytes): ReadMaterial {
  if (bytes[0] === 0x30) return { bytes }
  bytes.fill(0)
  return { problem: 'This file holds no private key in PKCS#8, neither as DER nor as PEM.' }
}
