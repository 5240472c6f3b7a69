/**
 * Reads private keys that come from outside (IMP-3): PKCS #8 (RFC 5208, RFC 5958), BER or DER, never encrypted. asn1js
 * parses; what it has copied of the private parts is wiped here as far as it can be reached.
 */
import {
  type BaseBlock,
  BitString,
  Constructed,
  fromBER,
  Integer,
  Null,
  ObjectIdentifier,
  OctetString,
  Sequence,
} from 'asn1js'
import type { Bytes } from './family.js'

const RSA_ENCRYPTION = '1.2.840.113549.1.1.1'
const EC_PUBLIC_KEY = '1.2.840.10045.2.1'
const ED25519 = '1.3.101.112'
const ED25519_SEED_LENGTH = 32
const CONTEXT_SPECIFIC = 3

/** Named curves by key spec (RFC 5480, SEC 2). */
const curves = {
  ECC_NIST_P256: { oid: '1.2.840.10045.3.1.7', coordinate: 32 },
  ECC_NIST_P384: { oid: '1.3.132.0.34', coordinate: 48 },
  ECC_NIST_P521: { oid: '1.3.132.0.35', coordinate: 66 },
  ECC_SECG_P256K1: { oid: '1.3.132.0.10', coordinate: 32 },
} as const

/** An RSA key in the forms that WebCrypto takes. */
export interface RsaPrivateKey {
  /** DER PKCS #8. Whoever gets it wipes it. */
  readonly pkcs8: Bytes
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Bytes
}

/**
 * Reads an RSA key of two primes.
 *
 * @param modulusLength bits, exactly
 * @returns undefined if it is none
 */
export function readRsaPrivateKey(bytes: Bytes, modulusLength: number): RsaPrivateKey | undefined {
  const key = readPrivateKeyInfo(bytes)
  if (key?.algorithm !== RSA_ENCRYPTION) return undefined
  return withContent(key.privateKey, (content) => {
    // RSAPrivateKey (RFC 8017, A.1.2): the version and eight numbers; a third prime would follow.
    const numbers = sequenceOf(content) ?? []
    if (numbers.length !== 9 || !numbers.every((block): block is Integer => block instanceof Integer)) return undefined
    const [version, modulus, exponent] = numbers.map(magnitude)
    if (version?.byteLength !== 0 || !modulus || bitLength(modulus) !== modulusLength) return undefined
    if (!exponent || ((exponent.at(-1) ?? 0) & 1) === 0 || bitLength(exponent) < 2) return undefined
    const algorithm = () => new Sequence({ value: [new ObjectIdentifier({ value: RSA_ENCRYPTION }), new Null()] })
    const privateKey = encoded(new Sequence({ value: numbers.map((number) => positive(magnitude(number))) }))
    const publicKey = encoded(new Sequence({ value: [positive(modulus), positive(exponent)] }))
    for (const number of numbers) wipe(number)
    const info = [new Integer({ value: 0 }), algorithm(), new OctetString({ valueHex: privateKey.buffer })]
    const pkcs8 = encoded(new Sequence({ value: info }))
    privateKey.fill(0)
    const spki = encoded(new Sequence({ value: [algorithm(), new BitString({ valueHex: publicKey.buffer })] }))
    return { pkcs8, spki }
  })
}

/**
 * Reads the scalar of a key on a named curve. The public point that may be beside it is not believed.
 *
 * @returns as many bytes as the curve has, or undefined. Whoever gets it wipes it.
 */
export function readScalar(bytes: Bytes, spec: keyof typeof curves): Bytes | undefined {
  const { oid, coordinate } = curves[spec]
  const key = readPrivateKeyInfo(bytes)
  if (key?.algorithm !== EC_PUBLIC_KEY || !isNamed(key.parameters, oid)) return undefined
  return withContent(key.privateKey, (content) => {
    const [version, scalar, ...optional] = sequenceOf(content) ?? []
    if (!(version instanceof Integer && version.valueBlock.valueDec === 1 && scalar instanceof OctetString))
      return undefined
    // ECPrivateKey (RFC 5915): the parameters may be repeated there, as the same name.
    const repeated = optional.find((block): block is Constructed => block instanceof Constructed && isTagged(block, 0))
    if (repeated && !isNamed(repeated.valueBlock.value[0], oid)) return undefined
    return withOctets(scalar, (octets) => padded(withoutZeros(octets), coordinate))
  })
}

/**
 * Reads the seed of an Ed25519 key (RFC 8410).
 *
 * @returns 32 bytes, or undefined. Whoever gets it wipes it.
 */
export function readEd25519Seed(bytes: Bytes): Bytes | undefined {
  const key = readPrivateKeyInfo(bytes)
  if (key?.algorithm !== ED25519 || key.parameters) return undefined
  return withContent(key.privateKey, (seed) =>
    seed instanceof OctetString
      ? withOctets(seed, (octets) => (octets.byteLength === ED25519_SEED_LENGTH ? octets.slice() : undefined))
      : undefined,
  )
}

interface PrivateKeyInfo {
  readonly algorithm: string
  readonly parameters: BaseBlock | undefined
  readonly privateKey: OctetString
}

/** PrivateKeyInfo (RFC 5208), or OneAsymmetricKey (RFC 5958), whose public key is not looked at. */
function readPrivateKeyInfo(bytes: Bytes): PrivateKeyInfo | undefined {
  const [version, identifier, privateKey, ...optional] = sequenceOf(blockIn(bytes)) ?? []
  if (!(version instanceof Integer && [0, 1].includes(version.valueBlock.valueDec))) return undefined
  if (!(privateKey instanceof OctetString) || optional.some((block) => block.idBlock.tagClass !== CONTEXT_SPECIFIC))
    return undefined
  const [algorithm, parameters, ...rest] = sequenceOf(identifier) ?? []
  if (!(algorithm instanceof ObjectIdentifier) || rest.length > 0) return undefined
  return { algorithm: algorithm.getValue(), parameters, privateKey }
}

/** The one block that some bytes are. */
function blockIn(bytes: Uint8Array): BaseBlock | undefined {
  try {
    const { offset, result } = fromBER(bytes)
    return offset === bytes.byteLength && result.error === '' ? result : undefined
  } catch {
    return undefined
  }
}

function sequenceOf(block: BaseBlock | undefined): BaseBlock[] | undefined {
  return block instanceof Sequence ? block.valueBlock.value : undefined
}

/** What an octet string holds, for as long as `use` runs. */
function withContent<Result>(container: OctetString, use: (content: BaseBlock | undefined) => Result): Result {
  return withOctets(container, (octets) => use(blockIn(octets)))
}

/** The bytes of an octet string, for as long as `use` runs; BER may have cut it into pieces. */
function withOctets<Result>(container: OctetString, use: (octets: Bytes) => Result): Result {
  const octets = new Uint8Array(container.getValue())
  try {
    return use(octets)
  } finally {
    octets.fill(0)
    wipe(container)
  }
}

function isTagged(block: BaseBlock, tagNumber: number): boolean {
  return block.idBlock.tagClass === CONTEXT_SPECIFIC && block.idBlock.tagNumber === tagNumber
}

function isNamed(parameters: BaseBlock | undefined, oid: string): boolean {
  return parameters instanceof ObjectIdentifier && parameters.getValue() === oid
}

/** The bytes of a number that is not negative, without leading zeros; empty for zero and for what is negative. */
function magnitude({ valueBlock }: Integer): Bytes {
  const bytes = valueBlock.valueHexView as Bytes
  return ((bytes[0] ?? 0) & 0x80) !== 0 ? new Uint8Array(0) : withoutZeros(bytes)
}

function withoutZeros(bytes: Bytes): Bytes {
  const first = bytes.findIndex((byte) => byte !== 0)
  return bytes.subarray(first === -1 ? bytes.byteLength : first)
}

function padded(bytes: Bytes, length: number): Bytes | undefined {
  if (bytes.byteLength > length) return undefined
  const result = new Uint8Array(length)
  result.set(bytes, length - bytes.byteLength)
  return result
}

function bitLength(magnitude: Bytes): number {
  return magnitude.byteLength === 0 ? 0 : 8 * magnitude.byteLength - Math.clz32(magnitude[0] as number) + 24
}

function positive(magnitude: Bytes): Integer {
  const needsSign = magnitude.byteLength === 0 || ((magnitude[0] as number) & 0x80) !== 0
  const bytes = new Uint8Array(magnitude.byteLength + (needsSign ? 1 : 0))
  bytes.set(magnitude, needsSign ? 1 : 0)
  return new Integer({ valueHex: bytes.buffer })
}

function encoded(block: BaseBlock): Bytes {
  return new Uint8Array(block.toBER())
}

function wipe(block: BaseBlock): void {
  if (block instanceof OctetString) for (const part of block.valueBlock.value) wipe(part)
  const { valueHexView } = block.valueBlock as { valueHexView?: Uint8Array }
  valueHexView?.fill(0)
  block.valueBeforeDecodeView.fill(0)
}
