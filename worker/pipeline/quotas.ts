/** The quotas of chapter 08 as one table, with AWS's defaults. */
import { ValidationException } from '../../src/contract/errors.js'
import { keySpecs } from '../../src/contract/key-specs.js'
import { operations } from '../../src/contract/model.js'
import type { RequestProfile, RequestQuotas, VaultQuotas } from '../../src/contract/quotas.js'
import type { OperationName } from '../../src/contract/shapes.js'

/** How many there may be (QUOTA-5 to QUOTA-10). Exceeding one is a LimitExceededException. */
export interface Quotas {
  /** KMS keys in a Region, in any state. */
  readonly keys: number
  readonly aliasesPerKey: number
  readonly grantsPerKey: number
  readonly tagsPerKey: number
  /** UTF-8 bytes. */
  readonly keyPolicyBytes: number
  readonly onDemandRotationsPerKey: number
}

const defaultQuotas: Quotas = {
  keys: 100_000,
  aliasesPerKey: 50,
  grantsPerKey: 50_000,
  tagsPerKey: 50,
  keyPolicyBytes: 32_768,
  onDemandRotationsPerKey: 25,
}

/** The resource quotas of a vault. */
export function resourceQuotas({ requests: _, ...overrides }: VaultQuotas): Quotas {
  const set = Object.entries(overrides).filter(([, value]) => value !== undefined)
  return { ...defaultQuotas, ...Object.fromEntries(set) }
}

/** Requests per second by quota (QUOTA-20 to QUOTA-27). Names are those of {@link RequestQuotas.perSecond}. */
export type RequestRates = Readonly<Record<string, number>>

/** Operations that share a quota by the kind of key that they use (QUOTA-20 to QUOTA-24). */
export const cryptographic: readonly OperationName[] = [
  'Decrypt',
  'DeriveSharedSecret',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateMac',
  'GenerateRandom',
  'ReEncrypt',
  'Sign',
  'Verify',
  'VerifyMac',
]

/** QUOTA-20 depends on the Region. */
const SYMMETRIC_RATES: Readonly<Record<RequestProfile, readonly [other: number, larger: number, largest: number]>> = {
  guide: [5_500, 10_000, 50_000],
  current: [10_000, 20_000, 100_000],
}
const LARGER_REGIONS = ['us-east-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-northeast-1', 'eu-central-1', 'eu-west-2']
const LARGEST_REGIONS = ['us-east-1', 'us-west-2', 'eu-west-1']

/** QUOTA-27: where the two profiles agree. */
const OPERATION_RATES = {
  CancelKeyDeletion: 5,
  ConnectCustomKeyStore: 5,
  CreateAlias: 5,
  CreateCustomKeyStore: 5,
  CreateGrant: 50,
  CreateKey: 5,
  DeleteAlias: 15,
  DeleteCustomKeyStore: 5,
  DescribeCustomKeyStores: 5,
  DescribeKey: 2000,
  DisableKey: 5,
  DisableKeyRotation: 5,
  DisconnectCustomKeyStore: 5,
  EnableKey: 5,
  EnableKeyRotation: 15,
  GetKeyLastUsage: 5,
  GetKeyPolicy: 1000,
  GetKeyRotationStatus: 1000,
  GetPublicKey: 2000,
  ListAliases: 500,
  ListGrants: 100,
  ListKeyPolicies: 100,
  ListKeyRotations: 100,
  ListKeys: 500,
  ListResourceTags: 2000,
  ListRetirableGrants: 100,
  PutKeyPolicy: 15,
  ReplicateKey: 5,
  RotateKeyOnDemand: 5,
  ScheduleKeyDeletion: 15,
  TagResource: 10,
  UntagResource: 5,
  UpdateAlias: 5,
  UpdateCustomKeyStore: 5,
  UpdateKeyDescription: 5,
  UpdatePrimaryRegion: 5,
} as const

const PAIR_RATES = {
  'GenerateDataKeyPair ECC_NIST_P256': 100,
  'GenerateDataKeyPair ECC_NIST_P384': 100,
  'GenerateDataKeyPair ECC_NIST_P521': 100,
  'GenerateDataKeyPair ECC_SECG_P256K1': 100,
  'GenerateDataKeyPair ECC_NIST_EDWARDS25519': 100,
  'GenerateDataKeyPair SM2': 25,
} as const

const PROFILES: Readonly<Record<RequestProfile, RequestRates>> = {
  guide: {
    ...OPERATION_RATES,
    ...PAIR_RATES,
    rsa: 500,
    ecc: 300,
    sm: 300,
    'GenerateDataKeyPair RSA_2048': 1,
    'GenerateDataKeyPair RSA_3072': 0.5,
    'GenerateDataKeyPair RSA_4096': 0.1,
    DeleteImportedKeyMaterial: 5,
    GetParametersForImport: 0.25,
    ImportKeyMaterial: 5,
    RetireGrant: 30,
    RevokeGrant: 30,
  },
  current: {
    ...OPERATION_RATES,
    ...PAIR_RATES,
    rsa: 1000,
    ecc: 1000,
    'ml-dsa': 1000,
    'GenerateDataKeyPair RSA_2048': 20,
    'GenerateDataKeyPair RSA_3072': 4,
    'GenerateDataKeyPair RSA_4096': 1,
    DeleteImportedKeyMaterial: 15,
    GetParametersForImport: 1,
    ImportKeyMaterial: 15,
    RetireGrant: 50,
    RevokeGrant: 50,
  },
}

/** The rates of a Region, or undefined where requests are not limited. */
export function requestRates({ requests }: VaultQuotas, region: string): RequestRates | undefined {
  if (requests === undefined) return undefined
  const { profile, perSecond }: RequestQuotas = typeof requests === 'string' ? { profile: requests } : requests
  return { ...(profile && ratesOf(profile, region)), ...perSecond }
}

function ratesOf(profile: RequestProfile, region: string): RequestRates {
  const size = LARGEST_REGIONS.includes(region) ? 2 : LARGER_REGIONS.includes(region) ? 1 : 0
  return { ...PROFILES[profile], symmetric: SYMMETRIC_RATES[profile][size] }
}

/** @throws {@link ValidationException} for rates that would limit nothing */
export function checkRequestQuotas({ requests }: VaultQuotas): void {
  const perSecond = typeof requests === 'object' ? requests.perSecond : undefined
  for (const name of Object.keys(perSecond ?? {}))
    if (!isRequestQuota(name))
      throw new ValidationException(
        `quotas.requests.perSecond['${name}'] is no quota of requests: cryptographic operations are counted by kind of key, such as 'symmetric', others by their name.`,
      )
}

/** Whether anything is counted under a name. */
function isRequestQuota(name: string): boolean {
  if (Object.values(PROFILES).some((rates) => Object.hasOwn(rates, name))) return true
  if (name === 'symmetric' || name === 'changesPerKey') return true
  // Kinds of key that share no quota have their own.
  if (Object.hasOwn(keySpecs, name))
    return !['SYMMETRIC', 'HMAC', 'RSA', 'ECC', 'SM2', 'ML_DSA'].some((kind) => name.startsWith(kind))
  return Object.hasOwn(operations, name) && !cryptographic.includes(name as OperationName)
}
