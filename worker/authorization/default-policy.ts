/** The default key policy, and how keys that have it are kept. */
import { type Realm, rootArn } from '../../src/contract/identifiers.js'
import type { KeyRecord } from '../storage/schema.js'

export const CURRENT_VERSION = '2012-10-17'

/** The key policy that the API attaches where none is given (POL-18). */
export function defaultKeyPolicy(realm: Realm): string {
  return JSON.stringify(
    {
      Version: CURRENT_VERSION,
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: rootArn(realm) },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    },
    undefined,
    2,
  )
}

/** The key policy of a key as text. */
export function policyOf(realm: Realm, { policy }: Pick<KeyRecord, 'policy'>): string {
  return policy ?? defaultKeyPolicy(realm)
}

/** How a policy is kept in a key's record: the default one not at all, it would be repeated for every key. */
export function storedPolicy(realm: Realm, policy: string | undefined): { readonly policy?: string } {
  return policy === undefined || policy === defaultKeyPolicy(realm) ? {} : { policy }
}
