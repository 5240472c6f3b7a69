/** What `openVault({ quotas })` takes. The table of defaults is the worker's (`worker/pipeline/quotas.ts`). */
import { ValidationException } from './errors.js'

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

const COUNTS = ['keys', 'aliasesPerKey', 'grantsPerKey', 'tagsPerKey'] as const
const PROFILES: readonly unknown[] = [undefined, 'guide', 'current']

/** @throws {@link ValidationException} for what can be no quotas */
export function checkQuotas(quotas: unknown): asserts quotas is VaultQuotas | undefined {
  if (quotas === undefined) return
  if (typeof quotas !== 'object' || quotas === null) throw new ValidationException('quotas must be an object.')
  const { requests, ...counts } = quotas as Readonly<Record<string, unknown>>
  for (const [name, value] of Object.entries(counts)) {
    if (!(COUNTS as readonly string[]).includes(name))
      throw new ValidationException(`quotas.${name} is no quota that can be set: ${COUNTS.join(', ')}, requests can.`)
    if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 0))
      throw new ValidationException(`quotas.${name} must be a whole number, not negative.`)
  }
  if (requests === null || Array.isArray(requests))
    throw new ValidationException("quotas.requests must be 'guide', 'current' or an object.")
  const {
    profile,
    perSecond = {},
    ...others
  } = (typeof requests === 'object' ? requests : { profile: requests }) as RequestQuotas
  for (const name of Object.keys(others))
    throw new ValidationException(`quotas.requests has no member '${name}': profile and perSecond can be given.`)
  if (!PROFILES.includes(profile))
    throw new ValidationException(`quotas.requests has no profile '${String(profile)}': 'guide' or 'current'.`)
  if (typeof perSecond !== 'object' || perSecond === null)
    throw new ValidationException('quotas.requests.perSecond must be an object.')
  for (const [name, rate] of Object.entries(perSecond))
    if (!(typeof rate === 'number' && rate > 0 && Number.isFinite(rate)))
      throw new ValidationException(`quotas.requests.perSecond['${name}'] must be a finite number above 0.`)
}
