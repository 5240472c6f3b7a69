/** What a request says under each condition key (AUTHZ-1, AUTHZ-2, section 5): read from the request, the key, the port. */
import type { EncryptionContext } from '../../src/contract/shapes.js'
import type { GrantConstraints, KeyRecord } from '../storage/schema.js'
import type { Caller } from './caller.js'
import { ALIASES_OVER_QUOTA, IS_SESSION } from './conditions.js'
import { withoutCase } from './letter-case.js'
import { actionConditionKeys, identityOnlyConditionKeys, keyConditionKeys } from './permissions.js'
import type { ConditionValues } from './policy.js'

/** What the context is made of. */
export interface ContextSource {
  readonly caller: Caller
  /** Such as `kms:ReEncryptFrom`. */
  readonly action: string
  readonly input: Readonly<Record<string, unknown>>
  /** The key that the action is on. Of CreateKey that which it asks for. */
  readonly key: Pick<KeyRecord, 'keySpec' | 'keyUsage' | 'origin' | 'set' | 'tags'> | undefined
  /** The account of the resource. */
  readonly account: string
  readonly region: string
  /** Milliseconds since 1970. */
  readonly now: number
  /** Of ReEncrypt: whether both keys are the same. */
  readonly isSameKey?: boolean | undefined
  /** What has to be looked up, if a policy asks for it. */
  readonly looked?: LookedUp | undefined
  /** Values that are said to be so, by name in lower case: the simulator's. */
  readonly given?: ReadonlyMap<string, readonly string[]> | undefined
}

/** Facts about a key that are not in its record. */
export interface LookedUp {
  readonly aliases: readonly string[]
  /** Above it, no Allow holds by aliases (AUTHZ-63). */
  readonly aliasQuota: number
  /** When the key was last used, or made if it never was. */
  readonly lastUsedAt: number
}

/** Condition keys that cost a look into the database. */
export const lookedUpConditionKeys = ['kms:resourcealiases', 'kms:trailingdayswithoutkeyusage']

const DAY = 86_400_000
const DEFAULT_WINDOW_IN_DAYS = 30
const DEFAULT_PERIOD_IN_DAYS = 365

type Reader = (source: ContextSource, rest: string) => string | number | boolean | readonly string[] | undefined

const text = (value: unknown): string | undefined => (value === undefined ? undefined : String(value))
const member =
  (name: string): Reader =>
  ({ input }) =>
    text(input[name])

/** Values by condition key. A key that ends in a slash or colon is asked for what follows it. */
const readers: Readonly<Record<string, Reader>> = {
  'aws:principalarn': ({ caller }) => caller.identity.principalArn,
  'aws:principalaccount': ({ caller }) => caller.accountId,
  'aws:principaltype': ({ caller }) => caller.identity.principalType,
  'aws:principaltag/': ({ caller }, tag) => ignoringCase(caller.tags, tag),
  'aws:userid': ({ caller }) => caller.identity.userId,
  'aws:username': ({ caller }) => caller.identity.userName,
  'aws:currenttime': ({ now }) => new Date(now).toISOString(),
  'aws:epochtime': ({ now }) => Math.floor(now / 1000),
  'aws:requestedregion': ({ region }) => region,
  'aws:resourceaccount': ({ account }) => account,
  'aws:viaawsservice': () => false,
  'aws:securetransport': () => true,
  'aws:resourcetag/': ({ key }, tag) => ignoringCase(key?.tags ?? {}, tag),
  'aws:requesttag/': ({ input }, tag) => ignoringCase(requestTags(input), tag),
  'aws:tagkeys': ({ input }) => (input.TagKeys as readonly string[] | undefined) ?? Object.keys(requestTags(input)),
  'kms:bypasspolicylockoutsafetycheck': member('BypassPolicyLockoutSafetyCheck'),
  'kms:calleraccount': ({ caller }) => caller.accountId,
  'kms:customermasterkeyspec': ({ key }) => key?.keySpec,
  'kms:customermasterkeyusage': ({ key }) => key?.keyUsage,
  'kms:datakeypairspec': member('KeyPairSpec'),
  'kms:encryptionalgorithm': (source) => text(ofSide(source, 'EncryptionAlgorithm')) ?? 'SYMMETRIC_DEFAULT',
  'kms:encryptioncontext:': (source, key) => ignoringCase(contextOf(source) ?? {}, key),
  'kms:encryptioncontextkeys': (source) => Object.keys(contextOf(source) ?? {}),
  'kms:expirationmodel': member('ExpirationModel'),
  'kms:grantconstraintsourcearn': (source) => constraintsOf(source).SourceArn,
  'kms:grantconstrainttype': (source) =>
    Object.keys(constraintsOf(source)).find((name) => name.startsWith('EncryptionContext')),
  'kms:grantisforawsresource': () => false,
  'kms:grantoperations': ({ input }) => (input.Operations as readonly string[] | undefined) ?? [],
  'kms:granteeprincipal': member('GranteePrincipal'),
  'kms:granteeserviceprincipal': member('GranteeServicePrincipal'),
  'kms:retiringprincipal': member('RetiringPrincipal'),
  'kms:retiringserviceprincipal': member('RetiringServicePrincipal'),
  'kms:keyagreementalgorithm': member('KeyAgreementAlgorithm'),
  'kms:keyorigin': ({ key }) => key?.origin,
  'kms:keyspec': ({ key }) => key?.keySpec,
  'kms:keyusage': ({ key }) => key?.keyUsage,
  'kms:macalgorithm': member('MacAlgorithm'),
  'kms:messagetype': ({ input }) => text(input.MessageType) ?? 'RAW',
  'kms:multiregion': ({ key }) => key && key.set !== undefined,
  'kms:multiregionkeytype': ({ key }) => key?.set?.role,
  'kms:primaryregion': member('PrimaryRegion'),
  'kms:reencryptonsamekey': ({ isSameKey }) => isSameKey,
  'kms:replicaregion': member('ReplicaRegion'),
  'kms:requestalias': (source) => aliasIn(ofSide(source, 'KeyId')),
  'kms:resourcealiases': ({ looked }) => looked?.aliases,
  'kms:rotationperiodindays': ({ input }) => text(input.RotationPeriodInDays) ?? DEFAULT_PERIOD_IN_DAYS,
  'kms:schedulekeydeletionpendingwindowindays': ({ input }) =>
    text(input.PendingWindowInDays) ?? DEFAULT_WINDOW_IN_DAYS,
  'kms:signingalgorithm': member('SigningAlgorithm'),
  'kms:trailingdayswithoutkeyusage': ({ looked, now }) => looked && Math.floor((now - looked.lastUsedAt) / DAY),
  'kms:validto': ({ input }) => (input.ValidTo instanceof Date ? input.ValidTo.getTime() / 1000 : undefined),
  'kms:wrappingalgorithm': member('WrappingAlgorithm'),
  'kms:wrappingkeyspec': member('WrappingKeySpec'),
}

/** Condition values as key policies and as identity policies see them. */
export function contextValues(source: ContextSource): {
  readonly inKeyPolicy: ConditionValues
  readonly inIdentityPolicy: ConditionValues
} {
  const inIdentityPolicy: ConditionValues = (name) => valuesOf(source, name)
  return {
    inIdentityPolicy,
    inKeyPolicy: (name) => (identityOnlyConditionKeys.includes(familyOf(name)) ? undefined : inIdentityPolicy(name)),
  }
}

function valuesOf(source: ContextSource, name: string): readonly string[] | undefined {
  if (name === ALIASES_OVER_QUOTA) {
    const { aliases, aliasQuota } = source.looked ?? { aliases: [], aliasQuota: 0 }
    return aliases.length > aliasQuota ? ['true'] : undefined
  }
  if (name === IS_SESSION) return source.caller.sessionOf === undefined ? undefined : ['true']
  const given = source.given?.get(name)
  if (given) return given
  const family = familyOf(name)
  const read = readers[family]
  if (!read || !isKnownTo(source, family)) return undefined
  const value = read(source, name.slice(family.length))
  if (value === undefined) return undefined
  return typeof value === 'object' ? value : [String(value)]
}

/** Whether a condition key says anything about an action (AUTHZ-29). */
function isKnownTo({ action, key }: ContextSource, family: string): boolean {
  if (family.startsWith('aws:') && family !== 'aws:requesttag/' && family !== 'aws:tagkeys') return true
  return (
    (key !== undefined && keyConditionKeys.includes(family)) || (actionConditionKeys[action]?.includes(family) ?? false)
  )
}

/** `kms:encryptioncontext:` of `kms:encryptioncontext:department`. */
function familyOf(name: string): string {
  const slash = name.indexOf('/')
  if (slash >= 0) return name.slice(0, slash + 1)
  return name.startsWith('kms:encryptioncontext:') ? 'kms:encryptioncontext:' : name
}

/** The member of the side that an action of ReEncrypt is about; of others the plain one. */
function ofSide({ action, input }: ContextSource, name: string): unknown {
  if (action === 'kms:ReEncryptFrom') return input[`Source${name}`]
  return action === 'kms:ReEncryptTo' ? input[`Destination${name}`] : input[name]
}

/** The encryption context that an action is judged by; of CreateGrant its constraint's pairs (AUTHZ-48). */
export function contextOf(source: Pick<ContextSource, 'action' | 'input'>): EncryptionContext | undefined {
  if (source.action === 'kms:CreateGrant') {
    const { EncryptionContextEquals, EncryptionContextSubset } = constraintsOf(source)
    return EncryptionContextEquals ?? EncryptionContextSubset
  }
  return ofSide(source as ContextSource, 'EncryptionContext') as EncryptionContext | undefined
}

/** What CreateGrant asks a grant to be bound to. */
function constraintsOf({ input }: Pick<ContextSource, 'input'>): GrantConstraints {
  return (input.Constraints ?? {}) as GrantConstraints
}

function requestTags(input: ContextSource['input']): Record<string, string> {
  const tags = (input.Tags ?? []) as readonly { readonly TagKey: string; readonly TagValue: string }[]
  return Object.fromEntries(tags.map(({ TagKey, TagValue }) => [TagKey, TagValue]))
}

/** Names of condition keys ignore case, also their variable end (AUTHZ-26). */
function ignoringCase(map: Readonly<Record<string, string>>, name: string): readonly string[] {
  return Object.entries(map).flatMap(([key, value]) => (withoutCase(key) === name ? [value] : []))
}

/** The alias by which a request names a key (AUTHZ-61). */
function aliasIn(identifier: unknown): string | undefined {
  if (typeof identifier !== 'string') return undefined
  return /^(?:arn:[^:]*:kms:[^:]*:[^:]*:)?(alias\/.+)$/s.exec(identifier)?.[1]
}
