/** What `openVault({ quotas })` takes. The table of defaults is the worker's (`worker/pipeline/quotas.ts`). */
import { mapOf, oneOf, optional, positiveNumber, structure, textOr, wholeNumber } from './reader.js'

/**
 * How many there may be, and how often requests may come. Members that are absent have AWS's defaults; a key policy of
 * 32,768 bytes and 25 on-demand rotations of a key are fixed (QUOTA-2).
 */
export interface VaultQuotas {
  /** KMS keys in a Region, in any state. Default 100,000. */
  readonly keys?: number
  /** Default 50. */
  readonly aliasesPerKey?: number
  /** Default 50,000. */
  readonly grantsPerKey?: number
  /** Default 50. */
  readonly tagsPerKey?: number
  /** Requests per second; not limited by default, for they cost nobody anything but this device (QUOTA-47). */
  readonly requests?: RequestProfile | RequestQuotas
}

/** `guide`: the rates of AWS's developer guide of 2024. `current`: today's. */
export type RequestProfile = 'guide' | 'current'

/** Rates of one's own. */
export interface RequestQuotas {
  /** Rates that apply where `perSecond` names none; without it there are no others. */
  readonly profile?: RequestProfile
  /**
   * Requests per second by quota: an operation's name, `symmetric`, `rsa`, `ecc`, `sm`, `ml-dsa` for cryptographic
   * operations, `GenerateDataKeyPair RSA_2048` and the like, or `changesPerKey` for all changes of one key together.
   * Below 1: one request in so many seconds.
   */
  readonly perSecond?: Readonly<Record<string, number>>
}

const requestProfile = oneOf<RequestProfile>(['guide', 'current'])
const count = optional(wholeNumber({}))

/** Reads {@link VaultQuotas}. */
export const vaultQuotas = structure({
  keys: count,
  aliasesPerKey: count,
  grantsPerKey: count,
  tagsPerKey: count,
  requests: optional(
    textOr(
      requestProfile,
      structure({
        profile: optional(requestProfile),
        // There are as many quotas as operations, and a few more.
        perSecond: optional(mapOf(positiveNumber, { most: 200, longestName: 100 })),
      }),
    ),
  ),
})
