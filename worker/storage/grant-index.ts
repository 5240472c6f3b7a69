/** What grants allow (GRANT-1 to GRANT-20). */
import type { EncryptionContext } from '../../src/contract/shapes.js'
import type { GrantConstraints, GrantOperation, GrantRecord } from './schema.js'

/** The grants of one principal on one key, arranged so that one that allows a request is found without trying all. */
export class GrantIndex {
  readonly all: readonly GrantRecord[]
  /** Those that a request can meet: none is made on behalf of the resource of an AWS service. */
  readonly #met: readonly GrantRecord[]
  readonly #byOperation = new Map<string, Shelf>()

  constructor(grants: readonly GrantRecord[]) {
    this.all = grants
    this.#met = grants.filter(({ constraints }) => constraints?.SourceArn === undefined)
    for (const grant of this.#met)
      for (const operation of grant.operations) {
        let shelf = this.#byOperation.get(operation)
        if (!shelf) {
          shelf = { equals: new Map(), subsets: new Map() }
          this.#byOperation.set(operation, shelf)
        }
        put(shelf, grant)
      }
  }

  /**
   * A grant for an operation whose constraint the request's encryption context meets.
   *
   * @param context undefined if the request has none
   */
  find(operation: string, context: EncryptionContext | undefined): GrantRecord | undefined {
    const shelf = this.#byOperation.get(operation)
    if (!shelf) return undefined
    if (shelf.any) return shelf.any
    // A constraint says nothing about these (GRANT-18).
    if (operation === 'DescribeKey' || operation === 'RetireGrant')
      return this.#met.find(({ operations }) => operations.includes(operation))
    if (!context) return undefined
    const pairs = pairsOf(context)
    const equal = shelf.equals.get(JSON.stringify(pairs))
    if (equal) return equal
    for (const pair of pairs)
      for (const grant of shelf.subsets.get(JSON.stringify(pair)) ?? [])
        if (isSubset(grant.constraints?.EncryptionContextSubset ?? {}, context)) return grant
    return undefined
  }

  /** Grants by which their grantee may create grants. */
  creating(): GrantRecord[] {
    return this.#met.filter(({ operations }) => operations.includes('CreateGrant'))
  }
}

/** Grants for one operation. */
interface Shelf {
  /** One without a constraint. */
  any?: GrantRecord
  /** By the whole encryption context that they want. */
  readonly equals: Map<string, GrantRecord>
  /** By the first of the pairs that they want. */
  readonly subsets: Map<string, GrantRecord[]>
}

function put(shelf: Shelf, grant: GrantRecord): void {
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset } = grant.constraints ?? {}
  if (equals) shelf.equals.set(JSON.stringify(pairsOf(equals)), grant)
  const [first] = subset ? pairsOf(subset) : []
  if (first) {
    const key = JSON.stringify(first)
    const list = shelf.subsets.get(key)
    if (list) list.push(grant)
    else shelf.subsets.set(key, [grant])
  } else if (!equals) shelf.any ??= grant
}

function pairsOf(context: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))
}

function isSubset(part: Readonly<Record<string, string>>, whole: Readonly<Record<string, string>>): boolean {
  return Object.entries(part).every(([key, value]) => Object.hasOwn(whole, key) && whole[key] === value)
}

/** Whether a grant may be made by the right of another: it must not allow more (GRANT-20). */
export function isWithin(
  child: { readonly operations: readonly GrantOperation[]; readonly constraints?: GrantConstraints | undefined },
  parent: GrantRecord,
): boolean {
  if (!child.operations.every((operation) => parent.operations.includes(operation))) return false
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset } = child.constraints ?? {}
  const wanted = parent.constraints
  if (wanted?.EncryptionContextEquals)
    return (
      equals !== undefined &&
      isSubset(equals, wanted.EncryptionContextEquals) &&
      isSubset(wanted.EncryptionContextEquals, equals)
    )
  if (wanted?.EncryptionContextSubset) {
    const pairs = equals ?? subset
    return pairs !== undefined && isSubset(wanted.EncryptionContextSubset, pairs)
  }
  return true
}
