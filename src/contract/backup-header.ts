/**
 * What a backup says about itself in clear: the encryption context of its message, whose pairs stand here. A stranger can
 * read it, so that there is no more in it than it takes to know what the file is and to ask for what opens it. Whoever reads
 * it before a gesture reads what anybody could have written; the worker proves it (worker/recovery/backup/proof.ts).
 */
import { base64 } from '@scure/base'
import type { Bytes } from './bytes.js'
import {
  bytes,
  json,
  listOf,
  mapOf,
  type ReadBy,
  type Reader,
  read,
  structure,
  text,
  unreadableValue,
  wholeNumber,
} from './reader.js'
import { BackupFormatException } from './recovery-errors.js'
import { accountId, regionName, vaultName } from './vault-names.js'

/** What a file of this kind is, and how it is written. */
export const BACKUP_FORMAT = 'browser-kms/backup/1'
/** The provider of the one encrypted data key: the recovery pair, whose id is the provider's info. */
export const BACKUP_PROVIDER = 'browser-kms/recovery'
/** The pair that authenticates all others. */
export const SIGNATURE = 'signature'

const PUBLIC_KEY_LENGTH = 32
const SIGNATURE_LENGTH = 64
/** Characters of all pairs together are fewer: the format of messages has 65,535 bytes for them. */
const LONGEST = 65_535
/** More than fit: a protector takes more than two thousand bytes. */
const MOST_PROTECTORS = 32
const MOST_REGIONS = 1_000

/** A protector as it stands here: id, type and label are for people, the rest is for what opens it, which reads it strictly. */
const protectorInHeader: Reader<Readonly<Record<string, unknown>>> = (value, path) => {
  const members = json({ longest: LONGEST })(value, path) as Readonly<Record<string, unknown>>
  if (typeof members !== 'object' || members === null || Array.isArray(members))
    throw unreadableValue(path, 'must be a protector')
  text({ shortest: 1, longest: 64 })(members.id, `${path}.id`)
  text({ shortest: 1, longest: 100 })(members.type, `${path}.type`)
  text({ longest: 1_000 })(members.label, `${path}.label`)
  return members
}

const number = (reader: Reader<number>): Reader<number> => inText(reader, JSON.parse)
const ofLength =
  (length: number): Reader<Bytes> =>
  (value, path) => {
    const found = bytes({ longest: length })(value, path)
    if (found.byteLength !== length) throw unreadableValue(path, `must have ${length} bytes`)
    return found
  }

/** Reads what stands in a text. */
function inText<Read>(reader: Reader<Read>, parse: (value: string) => unknown): Reader<Read> {
  return (value, path) => {
    let parsed: unknown
    try {
      parsed = parse(text({ longest: LONGEST })(value, path))
    } catch {
      throw unreadableValue(path, 'cannot be read')
    }
    return reader(parsed, path)
  }
}

/** The pairs, by their names. */
const pairs = structure({
  format: text({ longest: 100 }),
  vaultName,
  vaultId: text({ shortest: 1, longest: 100 }),
  accountId,
  createdAt: inText(wholeNumber({ max: 8.64e15 }), Date.parse),
  schemaVersion: number(wholeNumber({ min: 1, max: 0xffff })),
  keys: number(wholeNumber({})),
  regions: inText(mapOf(wholeNumber({}), { most: MOST_REGIONS, longestName: 32 }), JSON.parse),
  protectors: inText(listOf(protectorInHeader, { least: 1, most: MOST_PROTECTORS }), JSON.parse),
  rootPublicKey: inText(ofLength(PUBLIC_KEY_LENGTH), base64.decode),
  backupPublicKey: inText(ofLength(PUBLIC_KEY_LENGTH), base64.decode),
  backupCertificate: inText(ofLength(SIGNATURE_LENGTH), base64.decode),
  [SIGNATURE]: inText(ofLength(SIGNATURE_LENGTH), base64.decode),
})

/** What a backup says about itself. */
export type BackupHeader = ReadBy<typeof pairs>

/** The pairs of a new backup, but for the signature over them. */
export function headerPairs(header: Omit<BackupHeader, 'format' | typeof SIGNATURE>): Record<string, string> {
  const { createdAt, schemaVersion, keys, regions, protectors, ...rest } = header
  const { vaultName, vaultId, accountId, rootPublicKey, backupPublicKey, backupCertificate } = rest
  return {
    format: BACKUP_FORMAT,
    vaultName,
    vaultId,
    accountId,
    createdAt: new Date(createdAt).toISOString(),
    schemaVersion: String(schemaVersion),
    keys: String(keys),
    regions: JSON.stringify(regions),
    protectors: JSON.stringify(protectors),
    rootPublicKey: base64.encode(rootPublicKey),
    backupPublicKey: base64.encode(backupPublicKey),
    backupCertificate: base64.encode(backupCertificate),
  }
}

/** A message's header, as far as it says whether it is a backup. */
export interface PossibleBackup {
  readonly suiteId: number
  readonly contentType: 'framed' | 'nonFramed'
  readonly encryptionContext: Readonly<Record<string, string>>
  readonly encryptedDataKeys: readonly { readonly providerId: string }[]
}

/** The committing, unsigned suite of the AWS Encryption SDK: AES-256-GCM, HKDF-SHA-512. */
export const BACKUP_SUITE = 0x0478

/**
 * Reads what a message says about itself as a backup. Nothing of it is proved.
 *
 * @throws BackupFormatException
 */
export function readBackupHeader(message: PossibleBackup): BackupHeader {
  const { suiteId, contentType, encryptionContext, encryptedDataKeys } = message
  const { format } = encryptionContext
  if (typeof format !== 'string' || !format.startsWith('browser-kms/backup/'))
    throw new BackupFormatException('This file is no backup of a vault: it is another encrypted message.')
  if (format !== BACKUP_FORMAT)
    throw new BackupFormatException(
      'This backup was made by a newer version of browser-kms, in a format that this one does not know. Use that version.',
    )
  const [dataKey] = encryptedDataKeys
  if (suiteId !== BACKUP_SUITE || contentType !== 'framed' || dataKey?.providerId !== BACKUP_PROVIDER)
    throw new BackupFormatException('This backup is damaged: it is not encrypted as backups are.')
  const header = read(pairs, { ...encryptionContext }, 'its header', damaged)
  for (const region of Object.keys(header.regions)) read(regionName, region, 'its header', damaged)
  return header
}

function damaged(why: string): BackupFormatException {
  return new BackupFormatException(`This backup is damaged: ${why}`)
}
