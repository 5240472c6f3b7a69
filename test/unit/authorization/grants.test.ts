/** What grants allow (GRANT-16 to GRANT-20). */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KeyId } from '../../../src/contract/identifiers.js'
import { GrantIndex, isWithin } from '../../../worker/storage/grant-index.js'
import type { GrantConstraints, GrantOperation, GrantRecord } from '../../../worker/storage/schema.js'

let count = 0
function grant(operations: GrantOperation[], constraints?: GrantConstraints): GrantRecord {
  return {
    keyId: '1234abcd-12ab-34cd-56ef-1234567890ab' as KeyId,
    grantId: String(count++),
    createdAt: count,
    grantee: 'arn:aws:iam::111122223333:user/a',
    issuingAccount: 'arn:aws:iam::111122223333:root',
    operations,
    ...(constraints && { constraints }),
  }
}
const equals = (EncryptionContextEquals: Record<string, string>): GrantConstraints => ({ EncryptionContextEquals })
const subset = (EncryptionContextSubset: Record<string, string>): GrantConstraints => ({ EncryptionContextSubset })

describe('GRANT-16 constraints', () => {
  const rows: [
    constraint: Record<string, string>,
    context: Record<string, string> | undefined,
    equal: boolean,
    part: boolean,
  ][] = [
    [{ Department: 'IT' }, { Department: 'IT' }, true, true],
    [{ Department: 'IT' }, { Department: 'IT', Purpose: 'Test' }, false, true],
    [{ Department: 'IT' }, { Purpose: 'Test' }, false, false],
    [{ Department: 'IT' }, undefined, false, false],
    [{ Department: 'IT' }, { Department: 'it' }, false, false],
    [{ Department: 'IT' }, { department: 'IT' }, false, false],
    [{ A: '1', B: '2' }, { B: '2', A: '1' }, true, true],
    [{ A: '1', B: '2' }, { A: '1' }, false, false],
  ]
  test.each(rows)('%o and %o', (constraint, context, equal, part) => {
    expect(new GrantIndex([grant(['Decrypt'], equals(constraint))]).find('Decrypt', context) !== undefined).toBe(equal)
    expect(new GrantIndex([grant(['Decrypt'], subset(constraint))]).find('Decrypt', context) !== undefined).toBe(part)
  })

  test('GRANT-18 DescribeKey and RetireGrant are not constrained; another operation is not allowed', () => {
    const index = new GrantIndex([grant(['Decrypt', 'DescribeKey', 'RetireGrant'], equals({ a: 'b' }))])
    expect(index.find('DescribeKey', undefined)).toBeDefined()
    expect(index.find('RetireGrant', undefined)).toBeDefined()
    expect(index.find('Encrypt', { a: 'b' })).toBeUndefined()
  })
})

test('a request without the constraint’s context is never allowed by that grant, and the index finds what trying all finds', () => {
  const context = fc.dictionary(fc.constantFrom('a', 'b', 'A', 'c'), fc.constantFrom('1', '2'), { maxKeys: 3 })
  const constraints = fc.oneof(
    fc.constant(undefined),
    context.filter((pairs) => Object.keys(pairs).length > 0).map(equals),
    context.filter((pairs) => Object.keys(pairs).length > 0).map(subset),
  )
  const allows = ({ constraints }: GrantRecord, requested: Record<string, string>) => {
    const { EncryptionContextEquals, EncryptionContextSubset } = constraints ?? {}
    const has = (pairs: Readonly<Record<string, string>>) =>
      Object.entries(pairs).every(([key, value]) => Object.hasOwn(requested, key) && requested[key] === value)
    if (EncryptionContextEquals)
      return (
        has(EncryptionContextEquals) && Object.keys(EncryptionContextEquals).length === Object.keys(requested).length
      )
    return EncryptionContextSubset ? has(EncryptionContextSubset) : true
  }
  fc.assert(
    fc.property(fc.array(constraints, { maxLength: 8 }), context, (all, requested) => {
      const grants = all.map((constraint) => grant(['Decrypt'], constraint))
      const found = new GrantIndex(grants).find('Decrypt', requested)
      expect(found !== undefined).toBe(grants.some((one) => allows(one, requested)))
      if (found) expect(allows(found, requested)).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

describe('GRANT-20 a grant made by the right of another', () => {
  const parent = grant(['GenerateDataKey', 'Decrypt', 'CreateGrant'], subset({ Department: 'IT' }))
  const rows: [operations: GrantOperation[], constraints: GrantConstraints | undefined, expected: boolean][] = [
    [['CreateGrant', 'Decrypt'], equals({ Department: 'IT' }), true],
    [['Decrypt'], subset({ Department: 'IT', Purpose: 'Test' }), true],
    [['Decrypt'], undefined, false],
    [['Decrypt'], subset({ Purpose: 'Test' }), false],
    [['Encrypt'], equals({ Department: 'IT' }), false],
  ]
  test.each(rows)('%o with %o', (operations, constraints, expected) => {
    expect(isWithin({ operations, constraints }, parent)).toBe(expected)
  })

  test('Equals stays the same map', () => {
    const strict = grant(['Decrypt', 'CreateGrant'], equals({ Department: 'IT' }))
    expect(isWithin({ operations: ['Decrypt'], constraints: subset({ Department: 'IT' }) }, strict)).toBe(false)
    expect(isWithin({ operations: ['Decrypt'], constraints: equals({ Department: 'IT', a: 'b' }) }, strict)).toBe(false)
    expect(isWithin({ operations: ['Decrypt'], constraints: equals({ Department: 'IT' }) }, strict)).toBe(true)
  })

  test('without a constraint in the parent, any will do', () => {
    expect(
      isWithin({ operations: ['Decrypt'], constraints: equals({ a: 'b' }) }, grant(['Decrypt', 'CreateGrant'])),
    ).toBe(true)
  })
})

test('GRANT-5 a grant for the resource of an AWS service meets no request', () => {
  const SourceArn = 'arn:aws:s3:::bucket'
  const operations: GrantOperation[] = ['Decrypt', 'DescribeKey', 'CreateGrant']
  const index = new GrantIndex([
    grant(operations, { SourceArn }),
    grant(operations, { SourceArn, EncryptionContextSubset: { a: 'b' } }),
  ])
  for (const operation of operations) expect(index.find(operation, { a: 'b' }), operation).toBeUndefined()
  expect(index.creating()).toEqual([])
  expect(index.all).toHaveLength(2)
  const without = grant(operations)
  expect(new GrantIndex([grant(operations, { SourceArn }), without]).find('Decrypt', {})).toBe(without)
})
