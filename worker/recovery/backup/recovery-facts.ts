/** What a backup keeps of the record of recovery (recovery-record.ts): all but what is of one device, or of one day. */
import { type Bytes, encoder } from '../../../src/contract/bytes.js'
import {
  flag,
  json,
  optional,
  read,
  structure,
  text,
  unreadableValue,
  wholeNumber,
} from '../../../src/contract/reader.js'
import { BackupFormatException } from '../../../src/contract/recovery-errors.js'
import { type ProtectorJson, protectorToJson, readProtectors } from '../record-json.js'
import type { ProtectorRecord } from '../records.js'
import type { RecoveryRecord } from '../recovery-record.js'

/** What a restored vault's record takes over. */
export type RecoveryFacts = Pick<
  RecoveryRecord,
  'createdAt' | 'changedAt' | 'atRest' | 'lock' | 'pair' | 'rootPublicKey' | 'protectors'
>

const time = wholeNumber({ max: 8.64e15 })
const facts = structure({
  createdAt: time,
  changedAt: time,
  pairCreatedAt: time,
  atRest: flag,
  lock: optional(json({ longest: 10_000 })),
  protectors: json({ longest: 1_000_000, mostValues: 100_000 }),
})
const factsText = text({ longest: 1_048_576 })

/** Writes them, as JSON. */
export function factsToJson(record: RecoveryRecord): string {
  const { createdAt, changedAt, pair, atRest, lock, protectors } = record
  return JSON.stringify({
    createdAt,
    changedAt,
    pairCreatedAt: pair.createdAt,
    atRest,
    ...(lock && { lock }),
    protectors: protectors.map((each) => protectorToJson(each)),
  })
}

/**
 * Reads them; the keys are those that have been proved.
 *
 * @throws BackupFormatException
 */
export function readFacts(
  written: string,
  proved: { readonly pairId: string; readonly publicKey: Bytes; readonly rootPublicKey: Bytes },
): RecoveryFacts {
  const parsed = (value: unknown, path: string) => {
    try {
      return facts(JSON.parse(factsText(value, path)), path)
    } catch (error) {
      throw error instanceof SyntaxError ? unreadableValue(path, 'is no JSON') : error
    }
  }
  const { createdAt, changedAt, pairCreatedAt, atRest, lock, protectors } = read(parsed, written, 'recovery', damaged)
  const { pairId, publicKey, rootPublicKey } = proved
  return {
    createdAt,
    changedAt,
    atRest,
    // Kept by the lock, which looks at it again.
    ...(lock !== undefined && { lock: lock as NonNullable<RecoveryRecord['lock']> }),
    pair: { pairId, publicKey, createdAt: pairCreatedAt },
    rootPublicKey,
    protectors: readProtectors(protectors, 'protectors', damaged),
  }
}

/** A protector in the header, where room is short: what opens it, for the pair that there is, and nothing else. */
export function protectorInHeader(
  record: ProtectorRecord,
  pairId: string,
): Omit<ProtectorJson, 'publicKey' | 'certificate'> {
  const { publicKey: _, certificate: __, ...rest } = protectorToJson(record)
  return { ...rest, wraps: rest.wraps.filter((wrap) => wrap.pairId === pairId) }
}

/** Bytes of a header's 65,535 that protectors can take: the rest is for about two hundred Regions, and for what is fixed. */
const MOST_BYTES = 56_000

/**
 * Whether protectors leave enough room for the rest of a header.
 *
 * @param pairId of the pair that backups are sealed to
 */
export function fitInHeader(protectors: readonly ProtectorRecord[], pairId: string): boolean {
  const written = JSON.stringify(protectors.map((each) => protectorInHeader(each, pairId)))
  return encoder.encode(written).byteLength <= MOST_BYTES
}

/** One zero in base64 for the public key that an RSA or X-Wing holder of a header has not, and as many as X-Wing has. */
const NO_KEY = { escrow: 'AA==', other: `${'AAAA'.repeat(405)}AA==` } as const

/**
 * Reads the protectors of a header. Their public keys are none: they are for opening alone.
 *
 * @throws BackupFormatException
 */
export function readProtectorsInHeader(
  protectors: readonly Readonly<Record<string, unknown>>[],
): readonly ProtectorRecord[] {
  const whole = protectors.map((each) => ({
    ...each,
    publicKey: each.type === 'escrow' ? NO_KEY.escrow : NO_KEY.other,
  }))
  return readProtectors(whole, 'protectors', damaged)
}

function damaged(why: string): BackupFormatException {
  return new BackupFormatException(`This backup is damaged: ${why}`)
}
