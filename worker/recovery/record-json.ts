/**
 * Protectors in the header of a backup: JSON, with bytes in base64. A header comes from strangers, so that everything in it
 * is bounded: what the largest of them asks for is done in less than a minute, and takes less memory than a page.
 */
import { byMember, MOST_PROTECTORS, protectorLabel } from '../../src/contract/protectors.js'
import {
  listOf,
  oneOf,
  optional,
  type Reader,
  read,
  structure,
  text,
  unreadableValue,
  wholeNumber,
} from '../../src/contract/reader.js'
import { ENCAPSULATED_LENGTH, PUBLIC_KEY_LENGTH } from '../material/hpke.js'
import { bytesToJson, jsonBytes } from './json-bytes.js'
import type { JsonMembers } from './protectors/kind.js'
import { parameterForms } from './protectors/table.js'
import type { ProtectorOf, ProtectorRecord, ProtectorType, Wrap } from './records.js'

/** Pairs that are in use at one time: while one is renewed, two. */
const MOST_WRAPS = 2
/** A recovery secret under HPKE: 64 bytes and a tag of 16; under RSA the modulus. */
const CIPHERTEXT_LENGTHS = [80, 1024] as const
const VOUCH_LENGTH = 32
const CERTIFICATE_LENGTH = 64

/** A protector as JSON. */
export interface ProtectorJson {
  readonly id: string
  readonly type: ProtectorType
  readonly label: string
  readonly createdAt: number
  readonly parameters: JsonMembers
  readonly publicKey: string
  readonly certificate?: string
  readonly wraps: readonly { readonly pairId: string; readonly encapsulated: string; readonly ciphertext: string }[]
  readonly vouch?: string
}

/** Writes a protector. */
export function protectorToJson<Type extends ProtectorType>(record: ProtectorOf<Type>): ProtectorJson {
  const { id, type, label, createdAt, parameters, publicKey, certificate, wraps, vouch } = record
  return {
    id,
    type,
    label,
    createdAt,
    parameters: parameterForms[type].toJson(parameters),
    publicKey: bytesToJson(publicKey),
    ...(certificate && { certificate: bytesToJson(certificate) }),
    wraps: wraps.map(({ pairId, encapsulated, ciphertext }) => ({
      pairId,
      encapsulated: bytesToJson(encapsulated),
      ciphertext: bytesToJson(ciphertext),
    })),
    ...(vouch && { vouch: bytesToJson(vouch) }),
  }
}

/**
 * Reads the protectors of a header.
 *
 * @param name of the value, as its reader knows it
 * @param asError such as one that makes a `BackupFormatException`
 */
export function readProtectors(
  value: unknown,
  name: string,
  asError?: (message: string) => Error,
): readonly ProtectorRecord[] {
  return read(protectorList, value, name, asError)
}

const id = text({ shortest: 1, longest: 64 })

const common = {
  id,
  label: protectorLabel,
  createdAt: wholeNumber({ max: 8.64e15 }),
  certificate: optional(jsonBytes(CERTIFICATE_LENGTH)),
}

const encapsulatedByHpke = jsonBytes(ENCAPSULATED_LENGTH)
const encapsulatedByRsa = jsonBytes(0)
const wrap: Reader<Wrap> = structure({
  pairId: id,
  encapsulated: (value, path) => (value === '' ? encapsulatedByRsa : encapsulatedByHpke)(value, path),
  ciphertext: jsonBytes(...CIPHERTEXT_LENGTHS),
})
const wraps = listOf(wrap, { least: 1, most: MOST_WRAPS })

/** Of a type that a secret of the person's opens. */
const secretMembers = {
  ...common,
  publicKey: jsonBytes(PUBLIC_KEY_LENGTH),
  wraps,
  vouch: jsonBytes(VOUCH_LENGTH),
}

const { passphrase, recoveryCode, passkey, escrow } = parameterForms
const protector: Reader<ProtectorRecord> = byMember('type', {
  passphrase: structure({ ...secretMembers, type: oneOf<'passphrase'>(['passphrase']), parameters: passphrase.reader }),
  recoveryCode: structure({
    ...secretMembers,
    type: oneOf<'recoveryCode'>(['recoveryCode']),
    parameters: recoveryCode.reader,
  }),
  passkey: structure({ ...secretMembers, type: oneOf<'passkey'>(['passkey']), parameters: passkey.reader }),
  escrow: structure({
    ...common,
    type: oneOf<'escrow'>(['escrow']),
    parameters: escrow.reader,
    publicKey: jsonBytes(1, 2048),
    wraps,
  }),
})

const protectors = listOf(protector, { least: 1, most: MOST_PROTECTORS })

const protectorList: Reader<readonly ProtectorRecord[]> = (value, path) => {
  const records = protectors(value, path)
  if (new Set(records.map((record) => record.id)).size < records.length)
    throw unreadableValue(path, 'has two protectors of one id')
  return records
}
