/** Names of KMS keys (KR-3, KR-8). */
import { type Reader, text } from '../../contract/reader.js'

/** Keys, and keyrings, that a keyring has at most. */
export const MOST_KEYS = 1_000

/** Reads the identifier of a key, in any form; KMS says whether there is such a key. */
export const keyIdentifier: Reader<string> = text({ shortest: 1, longest: 2_048 })

const KEY_ARN = /^arn:([^:]+):kms:([^:]+):([^:]+):key\/(.+)$/

export interface KeyArn {
  readonly arn: string
  readonly partition: string
  readonly region: string
  readonly account: string
  readonly keyId: string
}

/** @returns undefined for what is no ARN of a key */
export function keyArn(text: string): KeyArn | undefined {
  const match = KEY_ARN.exec(text)
  if (!match) return undefined
  const [arn, partition, region, account, keyId] = match as unknown as [string, string, string, string, string]
  return { arn, partition, region, account, keyId }
}

/** The id that the keys of a multi-Region set have in common (KR-8). */
export function multiRegionId(identifier: string): string | undefined {
  const id = keyArn(identifier)?.keyId ?? identifier
  return id.startsWith('mrk-') ? id : undefined
}

/** Whether two keys are one, or belong to one multi-Region set (KR-9). */
export function standsFor(own: KeyArn, named: KeyArn): boolean {
  if (own.arn === named.arn) return true
  return (
    multiRegionId(own.arn) !== undefined &&
    own.keyId === named.keyId &&
    own.account === named.account &&
    own.partition === named.partition
  )
}
