import type { KeyId } from '../../src/contract/identifiers.js'
import { callerWithoutPolicies } from '../../worker/authorization/caller.js'
import { evaluate } from '../../worker/authorization/evaluate.js'
import { identityPolicy, keyPolicy } from '../../worker/authorization/policy-document.js'
import { contextValues } from '../../worker/authorization/request-context.js'
import { GrantIndex } from '../../worker/storage/grant-index.js'
import type { GrantRecord } from '../../worker/storage/schema.js'

const realm = { accountId: '000000000000', region: 'browser-local-1' }
const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab' as KeyId
const resource = `arn:aws:kms:${realm.region}:${realm.accountId}:key/${keyId}`
const principal = 'arn:aws:iam::000000000000:user/widget'

/**
 * Microseconds of one decision: a key policy of 20 statements with conditions, an identity policy, and 50,000 grants of
 * the caller on the key, each for another encryption context. The last grant decides.
 */
export function decisionTime(grantCount: number, repetitions: number): number {
  const policy = keyPolicy(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: Array.from({ length: 20 }, (_, index) => ({
        Sid: `statement ${index}`,
        Effect: index % 4 === 3 ? 'Deny' : 'Allow',
        Principal: { AWS: `arn:aws:iam::000000000000:user/${index % 2 === 0 ? 'widget' : 'other'}` },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey*', 'kms:Describe*'],
        Resource: '*',
        Condition: {
          StringLike: { 'kms:EncryptionContext:tenant': [`tenant-${index}-*`, `t${index}?`] },
          Bool: { 'kms:MultiRegion': false },
        },
      })),
    }),
  )
  const caller = {
    ...callerWithoutPolicies(realm, { principal }),
    policies: [
      identityPolicy({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 'kms:Delete*', Resource: '*' }] }),
    ],
  }
  const grants = Array.from(
    { length: grantCount },
    (_, index): GrantRecord => ({
      keyId,
      grantId: String(index),
      createdAt: index,
      grantee: principal,
      operations: ['Decrypt'],
      constraints: { EncryptionContextSubset: { document: String(index) } },
      issuingAccount: 'arn:aws:iam::000000000000:root',
    }),
  )
  const index = new GrantIndex(grants)
  const EncryptionContext = { tenant: 'somebody', document: String(grantCount - 1) }
  const decide = () =>
    evaluate({
      caller,
      action: 'kms:Decrypt',
      resource,
      account: realm.accountId,
      keyPolicy: policy,
      values: contextValues({
        caller,
        action: 'kms:Decrypt',
        input: { EncryptionContext },
        key: { keySpec: 'SYMMETRIC_DEFAULT', keyUsage: 'ENCRYPT_DECRYPT', origin: 'AWS_KMS', tags: {} },
        account: realm.accountId,
        region: realm.region,
        now: 0,
      }),
      grant: () => {
        const grant = index.find('Decrypt', EncryptionContext)
        return grant && { grantId: grant.grantId, isForAccount: false }
      },
    })
  if (decide().decision !== 'allowed') throw new Error('the last grant should decide')
  for (let count = 0; count < repetitions; count++) decide()
  const started = performance.now()
  for (let count = 0; count < repetitions; count++) decide()
  return ((performance.now() - started) * 1000) / repetitions
}
