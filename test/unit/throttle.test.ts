/** Request-rate quotas (QUOTA-20 to QUOTA-42), without a vault and with a clock that the tests set. */
import { describe, expect, test } from 'vitest'
import type { VaultQuotas } from '../../src/contract/quotas.js'
import type { KeySpec, OperationName } from '../../src/contract/shapes.js'
import { requestRates, resourceQuotas } from '../../worker/pipeline/quotas.js'
import { Throttle } from '../../worker/pipeline/throttle.js'

const SECOND = 1000
/** The beginning of some second. */
const begin = 1_700_000_000_000

/** Requests of one kind. */
interface Requests {
  readonly times: number
  readonly operation: OperationName
  /** Of the keys that are used; a symmetric encryption key if not said. */
  readonly specs?: readonly KeySpec[]
  readonly input?: Readonly<Record<string, unknown>>
}

const requests = (
  times: number,
  operation: OperationName,
  specs: KeySpec | readonly KeySpec[] = 'SYMMETRIC_DEFAULT',
  input: Readonly<Record<string, unknown>> = {},
): Requests => ({ times, operation, specs: typeof specs === 'string' ? [specs] : specs, input })

function throttleOf(quotas: VaultQuotas['requests'], region = 'eu-north-1'): Throttle {
  return new Throttle(requestRates(quotas === undefined ? {} : { requests: quotas }, region))
}

/** How many requests are rejected. */
function rejected(throttle: Throttle, { times, operation, specs = [], input = {} }: Requests, now: number): number {
  let count = 0
  for (let request = 0; request < times; request++)
    try {
      throttle.admit({ operation, input }, specs, undefined, now)
    } catch {
      count += 1
    }
  return count
}

const rejectedOfAll = (throttle: Throttle, all: readonly Requests[], now = begin) =>
  all.reduce((sum, each) => sum + rejected(throttle, each, now), 0)

describe('4.3 the worked examples, guide profile', () => {
  const examples: [name: string, region: string, all: readonly Requests[], rejected: number][] = [
    [
      '7,000 GenerateDataKey and 2,000 Decrypt where 10,000 may come',
      'us-east-2',
      [requests(7000, 'GenerateDataKey'), requests(2000, 'Decrypt')],
      0,
    ],
    [
      '9,500 GenerateDataKey and 1,000 Encrypt where 10,000 may come',
      'us-east-2',
      [requests(9500, 'GenerateDataKey'), requests(1000, 'Encrypt')],
      500,
    ],
    [
      'RSA: 200 Encrypt, 100 Decrypt, 50 Sign, 150 Verify',
      'eu-north-1',
      [
        requests(200, 'Encrypt', 'RSA_2048'),
        requests(100, 'Decrypt', 'RSA_3072'),
        requests(50, 'Sign', 'RSA_4096'),
        requests(150, 'Verify', 'RSA_2048'),
      ],
      0,
    ],
    [
      'ECC: 100 Sign, 200 Verify',
      'eu-north-1',
      [requests(100, 'Sign', 'ECC_NIST_P256'), requests(200, 'Verify', 'ECC_SECG_P256K1')],
      0,
    ],
    [
      'ECC: the 301st',
      'eu-north-1',
      [requests(100, 'Sign', 'ECC_NIST_P256'), requests(201, 'Verify', 'ECC_NIST_P521')],
      1,
    ],
    [
      'SM: 100 Encrypt, 100 Decrypt, 50 Sign, 50 Verify',
      'cn-north-1',
      [
        requests(100, 'Encrypt', 'SM2'),
        requests(100, 'Decrypt', 'SM2'),
        requests(50, 'Sign', 'SM2'),
        requests(50, 'Verify', 'SM2'),
      ],
      0,
    ],
    [
      'eu-west-2: 10,000 symmetric operations and 5 EnableKey',
      'eu-west-2',
      [requests(10_000, 'Encrypt'), requests(5, 'EnableKey')],
      0,
    ],
    [
      'ap-southeast-1: 10,000 symmetric with HMAC, 500 RSA, 300 ECC',
      'ap-southeast-1',
      [
        requests(6000, 'Encrypt'),
        requests(4000, 'GenerateMac', 'HMAC_256'),
        requests(500, 'Sign', 'RSA_2048'),
        requests(300, 'Sign', 'ECC_NIST_P384'),
      ],
      0,
    ],
  ]
  test.each(examples)('%s (%s)', (_name, region, all, count) => {
    expect(rejectedOfAll(throttleOf('guide', region), all)).toBe(count)
  })
})

describe('the rates of the two profiles', () => {
  const [guide, current] = ['guide', 'current'] as const
  const shared: [
    quota: string,
    one: Omit<Requests, 'times'>,
    guide: number | undefined,
    current: number | undefined,
  ][] = [
    ['QUOTA-21 RSA', requests(0, 'Sign', 'RSA_2048'), 500, 1000],
    ['QUOTA-22 ECC', requests(0, 'Sign', 'ECC_NIST_P256'), 300, 1000],
    ['QUOTA-22 Ed25519', requests(0, 'Sign', 'ECC_NIST_EDWARDS25519'), 300, 1000],
    ['QUOTA-22 DeriveSharedSecret', requests(0, 'DeriveSharedSecret', 'ECC_NIST_P256'), 300, 1000],
    ['QUOTA-23 SM2', requests(0, 'Encrypt', 'SM2'), 300, 1000],
    ['QUOTA-24 ML-DSA', requests(0, 'Sign', 'ML_DSA_65'), undefined, 1000],
  ]
  /** QUOTA-26. */
  const pairs: [spec: string, guide: number | undefined, current: number][] = [
    ['ECC_NIST_P256', 100, 100],
    ['ECC_NIST_P384', 100, 100],
    ['ECC_NIST_P521', 100, 100],
    ['ECC_SECG_P256K1', 100, 100],
    ['RSA_2048', 1, 20],
    ['RSA_3072', 0.5, 4],
    ['RSA_4096', 0.1, 1],
    ['SM2', 25, 25],
  ]
  /** QUOTA-27. */
  const single: { readonly [Operation in OperationName]?: number | readonly [guide: number, current: number] } = {
    CancelKeyDeletion: 5,
    ConnectCustomKeyStore: 5,
    CreateAlias: 5,
    CreateCustomKeyStore: 5,
    CreateGrant: 50,
    CreateKey: 5,
    DeleteAlias: 15,
    DeleteCustomKeyStore: 5,
    DeleteImportedKeyMaterial: [5, 15],
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
    GetParametersForImport: [0.25, 1],
    GetPublicKey: 2000,
    ImportKeyMaterial: [5, 15],
    ListAliases: 500,
    ListGrants: 100,
    ListKeyPolicies: 100,
    ListKeyRotations: 100,
    ListKeys: 500,
    ListResourceTags: 2000,
    ListRetirableGrants: 100,
    PutKeyPolicy: 15,
    ReplicateKey: 5,
    RetireGrant: [30, 50],
    RevokeGrant: [30, 50],
    RotateKeyOnDemand: 5,
    ScheduleKeyDeletion: 15,
    TagResource: 10,
    UntagResource: 5,
    UpdateAlias: 5,
    UpdateCustomKeyStore: 5,
    UpdateKeyDescription: 5,
    UpdatePrimaryRegion: 5,
  }

  /** How many requests pass in one second, before the first that does not; all of them if there is no limit. */
  const passing = (profile: 'guide' | 'current', one: Omit<Requests, 'times'>, region?: string) => {
    const throttle = throttleOf(profile, region)
    let count = 0
    while (count < UNLIMITED && rejected(throttle, { ...one, times: 1 }, begin) === 0) count += 1
    return count
  }
  const UNLIMITED = 150_000

  /** QUOTA-20, by Region. */
  const symmetric: [region: string, guide: number, current: number][] = [
    ['browser-local-1', 5500, 10_000],
    ['eu-central-2', 5500, 10_000],
    ...['us-east-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-northeast-1', 'eu-central-1', 'eu-west-2'].map(
      (region): [string, number, number] => [region, 10_000, 20_000],
    ),
    ...['us-east-1', 'us-west-2', 'eu-west-1'].map((region): [string, number, number] => [region, 50_000, 100_000]),
  ]
  test.each(symmetric)('QUOTA-20 symmetric, %s: %s, %s today', (region, first, second) => {
    const one = requests(0, 'Encrypt')
    expect([passing(guide, one, region), passing(current, one, region)]).toEqual([first, second])
  })

  test.each(shared)('%s: %o', (_quota, one, first, second) => {
    const limit = (rate: number | undefined) => rate ?? UNLIMITED
    expect([passing(guide, one), passing(current, one)]).toEqual([limit(first), limit(second)])
  })

  test.each(pairs)('QUOTA-26 GenerateDataKeyPair %s: %s, %s today', (KeyPairSpec, first, second) => {
    const one = requests(0, 'GenerateDataKeyPair', 'SYMMETRIC_DEFAULT', { KeyPairSpec })
    // Of a rate below one, the first passes.
    expect([passing(guide, one), passing(current, one)]).toEqual([Math.max(first ?? 0, 1), second])
  })

  test('QUOTA-26 today Ed25519 pairs too', () => {
    const one = requests(0, 'GenerateDataKeyPair', 'SYMMETRIC_DEFAULT', { KeyPairSpec: 'ECC_NIST_EDWARDS25519' })
    expect(passing(current, one)).toBe(100)
  })

  test.each(Object.entries(single))('QUOTA-27 %s: %s', (operation, rate) => {
    const [first, second] = typeof rate === 'number' ? [rate, rate] : rate
    const one = requests(0, operation as OperationName)
    expect([passing(guide, one), passing(current, one)]).toEqual([Math.max(first, 1), second])
  })

  test('QUOTA-20 symmetric encryption, HMAC and random bytes share one quota', () => {
    const all = [
      requests(1000, 'Encrypt'),
      requests(1000, 'Decrypt'),
      requests(500, 'GenerateDataKey'),
      requests(500, 'GenerateDataKeyWithoutPlaintext'),
      requests(500, 'GenerateMac', 'HMAC_512'),
      requests(500, 'VerifyMac', 'HMAC_224'),
      requests(500, 'ReEncrypt', ['SYMMETRIC_DEFAULT', 'SYMMETRIC_DEFAULT']),
      requests(1000, 'GenerateRandom', []),
    ]
    const throttle = throttleOf('guide')
    expect(rejectedOfAll(throttle, all)).toBe(0)
    for (const { operation, specs } of all)
      expect(rejected(throttle, { times: 1, operation, specs: specs ?? [] }, begin)).toBe(1)
  })

  test('QUOTA-26 both operations of a pair spec share a quota, and no two specs do', () => {
    const throttle = throttleOf('guide')
    const pair = (times: number, operation: OperationName, KeyPairSpec: string) =>
      requests(times, operation, 'SYMMETRIC_DEFAULT', { KeyPairSpec })
    const without = 'GenerateDataKeyPairWithoutPlaintext'
    expect(rejected(throttle, pair(60, 'GenerateDataKeyPair', 'ECC_NIST_P256'), begin)).toBe(0)
    expect(rejected(throttle, pair(60, without, 'ECC_NIST_P256'), begin)).toBe(20)
    expect(rejected(throttle, pair(60, without, 'ECC_NIST_P384'), begin)).toBe(0)
    expect(rejected(throttle, requests(1, 'Encrypt'), begin)).toBe(0)
  })

  test('ReEncrypt between keys of two kinds counts in both quotas', () => {
    const throttle = throttleOf({ perSecond: { symmetric: 2, rsa: 1 } })
    expect(rejected(throttle, requests(1, 'ReEncrypt', ['SYMMETRIC_DEFAULT', 'RSA_2048']), begin)).toBe(0)
    expect(rejected(throttle, requests(1, 'Encrypt', 'RSA_2048'), begin)).toBe(1)
    expect(rejected(throttle, requests(2, 'Encrypt'), begin)).toBe(1)
  })
})

describe('QUOTA-30 seconds', () => {
  test('a fixed second: what it may take is there again when the next begins, and not before', () => {
    const throttle = throttleOf({ perSecond: { CreateKey: 5 } })
    const createKeys = (times: number, now: number) => rejected(throttle, requests(times, 'CreateKey', []), now)
    expect(createKeys(3, begin)).toBe(0)
    expect(createKeys(4, begin + SECOND - 1)).toBe(2)
    expect(createKeys(6, begin + SECOND)).toBe(1)
    // No second lends to another.
    expect(createKeys(12, begin + 10 * SECOND)).toBe(7)
  })

  const fractions: [rate: number, spacing: number][] = [
    [0.5, 2 * SECOND],
    [0.25, 4 * SECOND],
    [0.1, 10 * SECOND],
  ]
  test.each(fractions)('a rate of %s: one request in %s ms', (rate, spacing) => {
    const throttle = throttleOf({ perSecond: { GetParametersForImport: rate } })
    const one = (now: number) => rejected(throttle, requests(1, 'GetParametersForImport'), now)
    expect(
      [0, 1, spacing - 1, spacing, spacing + 1, 2 * spacing - 1, 2 * spacing].map((after) => one(begin + after)),
    ).toEqual([0, 1, 1, 0, 1, 1, 0])
  })

  test('requests that are rejected do not put off the next one that passes', () => {
    const throttle = throttleOf({ perSecond: { GetParametersForImport: 0.5 } })
    const outcomes = []
    for (let after = 0; after <= 4000; after += 500)
      outcomes.push(rejected(throttle, requests(1, 'GetParametersForImport'), begin + after))
    expect(outcomes).toEqual([0, 1, 1, 1, 0, 1, 1, 1, 0])
  })

  test.each([5, 0.5])('a clock that is set back locks nobody out (rate %s)', (rate) => {
    const throttle = throttleOf({ perSecond: { CreateKey: rate } })
    expect(rejected(throttle, requests(Math.ceil(rate), 'CreateKey', []), begin)).toBe(0)
    expect(rejected(throttle, requests(1, 'CreateKey', []), begin - 3600 * SECOND)).toBe(0)
  })
})

describe('QUOTA-33 buckets are independent', () => {
  test('a throttled CreateAlias leaves CreateKey alone', () => {
    const throttle = throttleOf('guide')
    expect(rejected(throttle, requests(6, 'CreateAlias'), begin)).toBe(1)
    expect(rejected(throttle, requests(5, 'CreateKey', []), begin)).toBe(0)
  })

  test('crypto operations use up no management budget, and the other way round', () => {
    const throttle = throttleOf('guide')
    expect(rejected(throttle, requests(5600, 'Encrypt'), begin)).toBe(100)
    for (const operation of ['DescribeKey', 'EnableKey', 'DisableKey', 'TagResource'] as const)
      expect(rejected(throttle, requests(5, operation), begin)).toBe(0)
    const other = throttleOf('guide')
    expect(rejected(other, requests(10, 'EnableKey'), begin)).toBe(5)
    expect(rejected(other, requests(5500, 'Encrypt'), begin)).toBe(0)
  })

  test('QUOTA-1 each Region counts for itself', () => {
    const [one, other] = [throttleOf('guide', 'eu-west-1'), throttleOf('guide', 'eu-west-2')]
    expect(rejected(one, requests(6, 'CreateKey', []), begin)).toBe(1)
    expect(rejected(other, requests(5, 'CreateKey', []), begin)).toBe(0)
  })
})

describe('QUOTA-42 changes of one key', () => {
  const change = (throttle: Throttle, operation: OperationName, key: string | undefined, now = begin) => {
    try {
      throttle.admit({ operation, input: {} }, ['SYMMETRIC_DEFAULT'], key, now)
      return 'passes'
    } catch (error) {
      return (error as Error).name
    }
  }

  test('EnableKey and DisableKey in turn are throttled together, one key by itself', () => {
    const throttle = throttleOf({ perSecond: { changesPerKey: 4 } })
    const outcomes = Array.from({ length: 6 }, (_, index) =>
      change(throttle, index % 2 === 0 ? 'EnableKey' : 'DisableKey', 'hot'),
    )
    expect(outcomes).toEqual([...Array(4).fill('passes'), 'ThrottlingException', 'ThrottlingException'])
    expect(change(throttle, 'EnableKey', 'cool')).toBe('passes')
    expect(change(throttle, 'Encrypt', undefined)).toBe('passes')
    expect(change(throttle, 'EnableKey', 'hot', begin + SECOND)).toBe('passes')
  })

  test('more keys than are remembered do not make it forget the rest of the rates for good', () => {
    const throttle = throttleOf({ perSecond: { changesPerKey: 1 } })
    for (let key = 0; key < 25_000; key++) expect(change(throttle, 'EnableKey', `key ${key}`)).toBe('passes')
    expect(change(throttle, 'EnableKey', 'key 24999')).toBe('ThrottlingException')
  })
})

describe('QUOTA-28 QUOTA-29 requests of another Region', () => {
  test('one ReplicateKey is two CreateKey', () => {
    const throttle = throttleOf('guide')
    const replicate = () => throttle.admitFromElsewhere('CreateKey', 2, begin)
    replicate()
    replicate()
    expect(replicate).toThrow(expect.objectContaining({ name: 'ThrottlingException' }))
    expect(rejected(throttle, requests(2, 'CreateKey', []), begin)).toBe(1)
  })

  test('without rates nothing is counted', () => {
    const throttle = throttleOf(undefined)
    for (let count = 0; count < 100; count++) throttle.admitFromElsewhere('CreateKey', 2, begin)
  })
})

describe('what an application sets', () => {
  test('QUOTA-47 without requests there is no limit', () => {
    expect(requestRates({}, 'us-east-1')).toBeUndefined()
    expect(rejected(throttleOf(undefined), requests(200_000, 'CreateKey', []), begin)).toBe(0)
  })

  test('rates of one’s own take the place of those of the profile, one by one', () => {
    const throttle = throttleOf({ profile: 'guide', perSecond: { CreateKey: 1 } })
    expect(rejected(throttle, requests(3, 'CreateKey', []), begin)).toBe(2)
    expect(rejected(throttle, requests(6, 'CreateAlias'), begin)).toBe(1)
  })

  test('without a profile only what is named is limited', () => {
    const throttle = throttleOf({ perSecond: { CreateKey: 1 } })
    expect(rejected(throttle, requests(2, 'CreateKey', []), begin)).toBe(1)
    expect(rejected(throttle, requests(10_000, 'CreateAlias'), begin)).toBe(0)
  })

  test('QUOTA-40 the message', () => {
    const throttle = throttleOf({ perSecond: { CreateKey: 1 } })
    const admit = () => throttle.admit({ operation: 'CreateKey', input: {} }, [], undefined, begin)
    admit()
    expect(admit).toThrow(
      expect.objectContaining({
        name: 'ThrottlingException',
        message: 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
        $metadata: expect.objectContaining({ httpStatusCode: 400 }),
      }),
    )
  })

  test('QUOTA-5 to QUOTA-10 resource quotas have AWS’s defaults, and overrides', () => {
    const defaults = {
      keys: 100_000,
      aliasesPerKey: 50,
      grantsPerKey: 50_000,
      tagsPerKey: 50,
      keyPolicyBytes: 32_768,
      onDemandRotationsPerKey: 25,
    }
    expect(resourceQuotas({})).toEqual(defaults)
    expect(resourceQuotas({ keys: 3, requests: 'guide' })).toEqual({ ...defaults, keys: 3 })
  })

  test('a request that one quota refuses takes nothing from the others', () => {
    const throttle = throttleOf({ perSecond: { symmetric: 2, rsa: 1 } })
    const moving = requests(1, 'ReEncrypt', ['SYMMETRIC_DEFAULT', 'RSA_2048'])
    expect(rejectedOfAll(throttle, [moving, moving, moving])).toBe(2)
    expect(rejectedOfAll(throttle, [requests(2, 'Encrypt')])).toBe(1)
  })

  test('a member that is undefined has its default', () => {
    expect(resourceQuotas({ keys: undefined as never }).keys).toBe(100_000)
  })
})
