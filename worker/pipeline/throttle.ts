/** Request-rate quotas (QUOTA-30 to QUOTA-42): how often requests may come. */
import { ThrottlingException } from '../../src/contract/errors.js'
import type { KeySpec, OperationName } from '../../src/contract/shapes.js'
import { cryptographic, type RequestRates } from './quotas.js'

const SECOND = 1000

/** What the throttle has to know of a request. */
export interface ThrottledRequest {
  readonly operation: OperationName
  readonly input: Readonly<Record<string, unknown>>
}

interface Count {
  /** Of a quota below one a second: when the last request was. Of others: the second that is counted. */
  readonly at: number
  readonly count: number
}

/** Counts the requests of one Region of one worker, and refuses those that are too many. */
export class Throttle {
  readonly #rates: RequestRates | undefined
  readonly #counts = new Map<string, Count>()

  /** @param rates undefined if nothing is limited */
  constructor(rates: RequestRates | undefined) {
    this.#rates = rates
  }

  /**
   * Counts a request.
   *
   * @param specs of the keys that it uses
   * @param changedKey the key that it changes
   * @throws {@link ThrottlingException}
   */
  admit(request: ThrottledRequest, specs: readonly KeySpec[], changedKey: string | undefined, now: number): void {
    if (!this.#rates) return
    const quotas = quotasOf(request, specs, this.#rates)
    if (changedKey !== undefined) quotas.push(['changesPerKey', `changesPerKey ${changedKey}`])
    this.#take(quotas, 1, now)
  }

  /** Counts for a request that was made in another Region (QUOTA-28, QUOTA-29). */
  admitFromElsewhere(operation: OperationName, times: number, now: number): void {
    this.#take([[operation, operation]], times, now)
  }

  /** Takes from all quotas, or from none. */
  #take(quotas: readonly [quota: string, counted: string][], times: number, now: number): void {
    const taken = quotas.map(([quota, counted]) => [counted, this.#counted(quota, counted, times, now)] as const)
    for (const [counted, count] of taken) {
      if (!count) continue
      if (this.#counts.size >= MOST_COUNTS && !this.#counts.has(counted)) this.#counts.clear()
      this.#counts.set(counted, count)
    }
  }

  #counted(quota: string, counted: string, times: number, now: number): Count | undefined {
    const rate = this.#rates?.[quota]
    if (rate === undefined) return undefined
    const last = this.#counts.get(counted)
    if (rate < 1) {
      if (last && now >= last.at && now - last.at < SECOND / rate) throw tooMany()
      return { at: now, count: 1 }
    }
    const second = Math.floor(now / SECOND)
    const before = last?.at === second ? last.count : 0
    const count = before + times
    // What counts more than once (QUOTA-28) passes where nothing came before it, or a low rate would never let it through.
    if (count > rate && (before > 0 || times === 1)) throw tooMany()
    return { at: second, count }
  }
}

/** Counts of single keys pile up; what is forgotten here is at most what came in the last second. */
const MOST_COUNTS = 10_000

function tooMany(): ThrottlingException {
  return new ThrottlingException(
    'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
  )
}

function quotasOf(
  { operation, input }: ThrottledRequest,
  specs: readonly KeySpec[],
  rates: RequestRates,
): [quota: string, counted: string][] {
  const names = new Set<string>()
  if (operation === 'GenerateDataKeyPair' || operation === 'GenerateDataKeyPairWithoutPlaintext')
    names.add(`GenerateDataKeyPair ${String(input.KeyPairSpec)}`)
  else if (!cryptographic.includes(operation)) names.add(operation)
  else if (specs.length === 0) names.add('symmetric')
  else for (const spec of specs) names.add(groupOf(spec, rates))
  return Array.from(names, (name) => [name, name])
}

function groupOf(spec: KeySpec, rates: RequestRates): string {
  if (spec === 'SYMMETRIC_DEFAULT' || spec.startsWith('HMAC')) return 'symmetric'
  if (spec.startsWith('RSA')) return 'rsa'
  if (spec.startsWith('ML_DSA')) return 'ml-dsa'
  // Today ECC and SM2 share one quota (QUOTA-23).
  if (spec === 'SM2' && rates.sm !== undefined) return 'sm'
  return spec.startsWith('ECC') || spec === 'SM2' ? 'ecc' : spec
}
