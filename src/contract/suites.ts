/** Algorithm suites of the AWS Encryption SDK (MSG-1): the id in a message's header says all of this. */

/** Id of an algorithm suite, such as 0x0578. */
export type SuiteId = keyof typeof suites

/** What an algorithm suite is made of. */
export interface Suite {
  readonly id: number
  /** Message format version. */
  readonly version: 1 | 2
  /** Bytes of data key and content key. */
  readonly keyLength: 16 | 24 | 32
  /** Hash of HKDF; undefined where the data key is the content key. */
  readonly kdf: 'SHA-256' | 'SHA-384' | 'SHA-512' | undefined
  readonly commits: boolean
  /** Curve of the ECDSA signature at the end, if there is one. */
  readonly curve: 'P-256' | 'P-384' | undefined
}

type Row = readonly [Suite['version'], Suite['keyLength'], Suite['kdf'], commits: boolean, Suite['curve']]

const suites = {
  20: [1, 16, undefined, false, undefined],
  70: [1, 24, undefined, false, undefined],
  120: [1, 32, undefined, false, undefined],
  276: [1, 16, 'SHA-256', false, undefined],
  326: [1, 24, 'SHA-256', false, undefined],
  376: [1, 32, 'SHA-256', false, undefined],
  532: [1, 16, 'SHA-256', false, 'P-256'],
  838: [1, 24, 'SHA-384', false, 'P-384'],
  888: [1, 32, 'SHA-384', false, 'P-384'],
  1144: [2, 32, 'SHA-512', true, undefined],
  1400: [2, 32, 'SHA-512', true, 'P-384'],
} as const satisfies Record<number, Row>

/** The suite of an id, or undefined if there is none. */
export function suiteOf(id: number): Suite | undefined {
  const row: Row | undefined = (suites as Readonly<Record<number, Row>>)[id]
  if (!row) return undefined
  const [version, keyLength, kdf, commits, curve] = row
  return { id, version, keyLength, kdf, commits, curve }
}

/** Bytes of a message's id. */
export const messageIdLength = ({ version }: Suite): number => (version === 1 ? 16 : 32)

/** All ids. */
export const suiteIds: readonly number[] = Object.keys(suites).map(Number)

/** `0x0578` */
export function suiteName(id: number): string {
  return `0x${id.toString(16).padStart(4, '0')}`
}
