/**
 * Reads private keys that come from outside (IMP-3): PKCS #8 (RFC 5208, RFC 5958), BER or DER, never encrypted. asn1js
 * parses, without copying and without looking into octet strings on its own: its blocks are views of the caller's bytes.
 * What is copied here is wiped here, so that nothing private stays behind but what the caller and WebCrypto hold.
 */

import { type BaseBlock, Constructed, fromBER, Integer, Null, ObjectIdentifier, OctetString, Sequence } from 'asn1js'
import { type Bytes, concatenate, hexToBytes, lengthOf } from '../../src/contract/bytes.js'
import { copyOfSecret, secretBytes } from './secret-bytes.js'

const RSA_ENCRYPTION = '1.2.840.113549.1.1.1'
const EC_PUBLIC_KEY = '1.2.840.10045.2.1'
const ED25519 = '1.3.101.112'
const ED25519_SEED_LENGTH = 32

const UNIVERSAL = 1
const CONTEXT_SPECIFIC = 3
const INTEGER = 0x02
const BIT_STRING = 0x03
const OCTET_STRING = 0x04
const SEQUENCE = 0x30

/** AlgorithmIdentifier of rsaEncryption (RFC 8017, A.1). */
const rsaAlgorithm = hexToBytes('300d06092a864886f70d0101010500')

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
 * @returns undefined if it is none. Whether its numbers belong together is not looked at.
 */
export function readRsaPrivateKey(bytes: Bytes, modulusLength: number): RsaPrivateKey | undefined {
  return withRsaNumbers(bytes, (numbers) => {
    const { modulus, exponent } = numbers
    const isOdd = ((exponent.at(-1) ?? 0) & 1) === 1
    if (bitLength(modulus) !== modulusLength || !isOdd || bitLength(exponent) < 2) return undefined
    return { pkcs8: toRsaPkcs8(numbers.all), spki: toRsaSpki(modulus, exponent) }
  })
}

/**
 * Reads the private exponent of an RSA key of two primes.
 *
 * @param length bytes of the modulus
 * @returns as many bytes, or undefined. Whoever gets it wipes it.
 */
export function readRsaPrivateExponent(bytes: Bytes, length: number): Bytes | undefined {
  return withRsaNumbers(bytes, ({ privateExponent }) => padded(privateExponent, length))
}

interface RsaNumbers {
  /** All eight, from the modulus on. */
  readonly all: readonly Bytes[]
  readonly modulus: Bytes
  readonly exponent: Bytes
  readonly privateExponent: Bytes
}

/** The numbers of an RSAPrivateKey (RFC 8017, A.1.2), for as long as `use` runs. */
function withRsaNumbers<Result>(bytes: Bytes, use: (numbers: RsaNumbers) => Result): Result | undefined {
  const key = readPrivateKeyInfo(bytes)
  if (key?.algorithm !== RSA_ENCRYPTION || !(key.parameters === undefined || isNull(key.parameters))) return undefined
  return withOctets(key.privateKey, (octets) => {
    // The version tells two primes from more.
    const [version, ...blocks] = sequenceOf(blockIn(octets)) ?? []
    const all = blocks.map(positiveNumber).filter((number) => number !== undefined)
    const [modulus, exponent, privateExponent] = all
    if (smallNumber(version) !== 0 || blocks.length !== 8 || all.length !== 8) return undefined
    return modulus && exponent && privateExponent && use({ all, modulus, exponent, privateExponent })
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
  return withOctets(key.privateKey, (octets) => {
    // ECPrivateKey (RFC 5915): the parameters may be repeated, as the same name.
    const [version, scalar, ...optional] = sequenceOf(blockIn(octets)) ?? []
    if (smallNumber(version) !== 1 || !(scalar instanceof OctetString) || !areOptional(optional)) return undefined
    const repeated = optional.find(({ idBlock }) => idBlock.tagNumber === 0)
    if (repeated && !isNamed(onlyChild(repeated), oid)) return undefined
    return withOctets(scalar, (number) => padded(withoutZeros(number), coordinate))
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
  return withOctets(key.privateKey, (octets) => {
    const container = blockIn(octets)
    if (!(container instanceof OctetString)) return undefined
    return withOctets(container, (seed) => (seed.byteLength === ED25519_SEED_LENGTH ? copyOfSecret(seed) : undefined))
  })
}

interface PrivateKeyInfo {
  readonly algorithm: string
  readonly parameters: BaseBlock | undefined
  readonly privateKey: OctetString
}

/** PrivateKeyInfo (RFC 5208), or OneAsymmetricKey (RFC 5958), whose public key is not looked at. */
function readPrivateKeyInfo(bytes: Bytes): PrivateKeyInfo | undefined {
  const [version, identifier, privateKey, ...optional] = sequenceOf(blockIn(bytes)) ?? []
  if (![0, 1].includes(smallNumber(version) ?? -1)) return undefined
  if (!(privateKey instanceof OctetString) || !areOptional(optional)) return undefined
  const [algorithm, parameters, ...rest] = sequenceOf(identifier) ?? []
  if (!(algorithm instanceof ObjectIdentifier) || rest.length > 0) return undefined
  return { algorithm: algorithm.getValue(), parameters, privateKey }
}

/** The one block that some bytes are, as a view of them. */
function blockIn(bytes: Uint8Array): BaseBlock | undefined {
  try {
    const { offset, result } = fromBER(bytes, { copyInput: false, parseEmbedded: false })
    return offset === bytes.byteLength && result.error === '' ? result : undefined
  } catch {
    return undefined
  }
}

function sequenceOf(block: BaseBlock | undefined): readonly BaseBlock[] | undefined {
  return block instanceof Sequence ? childrenOf(block) : undefined
}

/** asn1js lets the last child end after its parent; such lengths are no encoding of anything. */
function childrenOf({ lenBlock, valueBlock }: Constructed): readonly BaseBlock[] | undefined {
  const children: readonly BaseBlock[] = valueBlock.value
  const length = children.reduce((sum, { blockLength }) => sum + blockLength, 0)
  return lenBlock.isIndefiniteForm || lenBlock.length === length ? children : undefined
}

function onlyChild(block: BaseBlock): BaseBlock | undefined {
  const children = block instanceof Constructed ? childrenOf(block) : undefined
  return children?.length === 1 ? children[0] : undefined
}

/** The two members that may follow in both structures: [0] and [1], each at most once, in this order. */
function areOptional(blocks: readonly BaseBlock[]): boolean {
  const isTagged = ({ idBlock }: BaseBlock) => idBlock.tagClass === CONTEXT_SPECIFIC && idBlock.tagNumber <= 1
  const tags = blocks.map(({ idBlock }) => idBlock.tagNumber)
  return blocks.every(isTagged) && tags.every((tag, index) => index === 0 || tag > (tags[index - 1] as number))
}

/** The bytes of an octet string, for as long as `use` runs. */
function withOctets<Result>(container: OctetString, use: (octets: Bytes) => Result): Result | undefined {
  const pieces = piecesOf(container)
  if (!pieces) return undefined
  const octets = concatenate(pieces, secretBytes(lengthOf(pieces)))
  try {
    return use(octets)
  } finally {
    octets.fill(0)
  }
}

/** BER may have cut an octet string into pieces, and those again. */
function piecesOf(block: BaseBlock): Uint8Array[] | undefined {
  if (!(block instanceof OctetString)) return undefined
  if (!block.idBlock.isConstructed) return [block.valueBlock.valueHexView]
  const pieces = block.valueBlock.value.map(piecesOf)
  return pieces.every((piece) => piece !== undefined) ? pieces.flat() : undefined
}

function isNamed(parameters: BaseBlock | undefined, oid: string): boolean {
  return parameters instanceof ObjectIdentifier && parameters.getValue() === oid
}

function isNull(block: BaseBlock): boolean {
  return block instanceof Null && block.lenBlock.length === 0
}

/** The content of an INTEGER. (An ENUMERATED is one to asn1js.) */
function integerIn(block: BaseBlock | undefined): Bytes | undefined {
  if (!(block instanceof Integer) || block.idBlock.tagClass !== UNIVERSAL || block.idBlock.tagNumber !== INTEGER)
    return undefined
  return block.valueBlock.valueHexView as Bytes
}

/** A number of one byte, which versions are. */
function smallNumber(block: BaseBlock | undefined): number | undefined {
  const content = integerIn(block)
  return content?.byteLength === 1 ? content[0] : undefined
}

/** A number above zero, without leading zeros. */
function positiveNumber(block: BaseBlock): Bytes | undefined {
  const content = integerIn(block)
  if (!content || (content[0] ?? 0) >= 0x80) return undefined
  const magnitude = withoutZeros(content)
  return magnitude.byteLength > 0 ? magnitude : undefined
}

function withoutZeros(bytes: Bytes): Bytes {
  const first = bytes.findIndex((byte) => byte !== 0)
  return bytes.subarray(first === -1 ? bytes.byteLength : first)
}

function padded(bytes: Bytes, length: number): Bytes | undefined {
  if (bytes.byteLength > length) return undefined
  const result = secretBytes(length)
  result.set(bytes, length - bytes.byteLength)
  return result
}

function bitLength(magnitude: Bytes): number {
  return 8 * magnitude.byteLength - Math.clz32(magnitude[0] as number) + 24
}

// Written here and not by asn1js, whose encoder leaves copies of private parts that nobody can wipe.

/** DER PKCS #8 of an RSA key: its eight numbers, from the modulus on. */
function toRsaPkcs8(numbers: readonly Bytes[]): Bytes {
  const zero = Uint8Array.of(INTEGER, 1, 0)
  const key = element(SEQUENCE, zero, ...numbers.flatMap(integer))
  const container = element(OCTET_STRING, ...key)
  return concatenate(element(SEQUENCE, zero, rsaAlgorithm, ...container))
}

/** DER SubjectPublicKeyInfo of an RSA key. */
function toRsaSpki(modulus: Bytes, exponent: Bytes): Bytes {
  const key = element(SEQUENCE, ...integer(modulus), ...integer(exponent))
  const container = element(BIT_STRING, Uint8Array.of(0), ...key)
  return concatenate(element(SEQUENCE, rsaAlgorithm, ...container))
}

/** A positive number in parts; a zero in front keeps its first bit from being a sign. */
function integer(magnitude: Bytes): readonly Uint8Array[] {
  const sign = (magnitude[0] as number) < 0x80 ? [] : [Uint8Array.of(0)]
  return element(INTEGER, ...sign, magnitude)
}

/** A DER element in parts, so that content is copied once, into the whole. */
function element(tag: number, ...content: readonly Uint8Array[]): readonly Uint8Array[] {
  const length = content.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const lengthBytes = length < 0x100 ? [length] : [length >> 8, length & 0xff]
  const header = length < 0x80 ? [tag, length] : [tag, 0x80 | lengthBytes.length, ...lengthBytes]
  return [Uint8Array.from(header), ...content]
}
