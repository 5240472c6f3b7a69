/** Questions for the evaluator, in the words of the specification. */
import { callerWithoutPolicies, type PrincipalDescription } from '../../../worker/authorization/caller.js'
import { type Decision, evaluate, type GrantMatch } from '../../../worker/authorization/evaluate.js'
import { identityPolicy, keyPolicy } from '../../../worker/authorization/policy-document.js'
import { type ContextSource, contextValues, type LookedUp } from '../../../worker/authorization/request-context.js'

export const account = '444455556666'
export const other = '111122223333'
export const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab'
export const realm = { accountId: account, region: 'browser-local-1' }
export const keyArn = `arn:aws:kms:${realm.region}:${account}:key/${keyId}`
export const root = (accountId = account) => `arn:aws:iam::${accountId}:root`
export const user = (name: string, accountId = account) => `arn:aws:iam::${accountId}:user/${name}`
export const role = (name: string, accountId = account) => `arn:aws:iam::${accountId}:role/${name}`

export type Element = Record<string, unknown>
export const allow = (element: Element = {}): Element => ({
  Effect: 'Allow',
  Action: 'kms:*',
  Resource: '*',
  ...element,
})
export const deny = (element: Element = {}): Element => ({ ...allow(element), Effect: 'Deny' })
export const documentOf = (...Statement: Element[]) => ({ Version: '2012-10-17', Statement })

/** The statement of the default key policy. */
export const delegation = allow({ Principal: { AWS: root() } })

export interface Asked {
  readonly caller?: PrincipalDescription
  /** Statements of the key policy; null for a resource that is no key. */
  readonly key?: readonly Element[] | null
  readonly action?: string
  readonly resource?: string
  readonly input?: Record<string, unknown>
  readonly keyFacts?: Partial<NonNullable<ContextSource['key']>>
  readonly looked?: LookedUp
  readonly grant?: GrantMatch
  readonly version?: string
}

/** What the evaluator decides; by default about Encrypt by the account root on a key with the default policy. */
export function decide({
  caller = { principal: 'root' },
  key = [delegation],
  action = 'kms:Encrypt',
  resource = keyArn,
  input = {},
  keyFacts,
  looked,
  grant,
  version = '2012-10-17',
}: Asked): Decision {
  const attached = (caller.policies ?? []) as readonly unknown[]
  const who = { ...callerWithoutPolicies(realm, caller), policies: attached.map(identityPolicy) }
  const source: ContextSource = {
    caller: who,
    action,
    input,
    key: { keySpec: 'SYMMETRIC_DEFAULT', keyUsage: 'ENCRYPT_DECRYPT', origin: 'AWS_KMS', tags: {}, ...keyFacts },
    account,
    region: realm.region,
    now: Date.UTC(2026, 0, 1),
    looked,
  }
  return evaluate({
    caller: who,
    action,
    resource,
    account,
    keyPolicy: key === null ? undefined : keyPolicy(JSON.stringify({ ...documentOf(...key), Version: version })),
    values: contextValues(source),
    ...(grant && { grant: () => grant }),
  })
}

export const decision = (asked: Asked) => decide(asked).decision
export const policies = (...statements: Element[]) => [documentOf(...statements)]
export { identityPolicy }
