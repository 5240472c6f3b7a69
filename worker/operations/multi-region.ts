/** Multi-Region keys: ReplicateKey and UpdatePrimaryRegion (MRK-7 to MRK-14). */
import {
  AlreadyExistsException,
  LimitExceededException,
  NotFoundException,
  UnsupportedOperationException,
} from '../../src/contract/errors.js'
import { keyArn } from '../../src/contract/identifiers.js'
import type { OperationName } from '../../src/contract/shapes.js'
import { type AuditRecord, newEventId } from '../audit/audit-record.js'
import { authorize } from '../authorization/authorize.js'
import { policyOf, storedPolicy } from '../authorization/default-policy.js'
import { evaluator } from '../authorization/lazy-evaluator.js'
import type { OperationRows, Region, Request, Target } from '../pipeline/row.js'
import { guardKeyState } from '../pipeline/state-guard.js'
import { byKeyIdOrArn, onlyKey } from '../pipeline/targets.js'
import type { KeyRecord, KeySetPlace } from '../storage/schema.js'
import { keyMetadata } from './key-metadata.js'
import { rightToTag } from './keys.js'
import { checkTags, mergeTags } from './tag-rules.js'

export const multiRegionRows = {
  ReplicateKey: {
    kind: 'mutation',
    ofSet: true,
    audited: ['KeyId', 'ReplicaRegion', 'Description', 'Policy', 'Tags', 'BypassPolicyLockoutSafetyCheck'],
    targets: byKeyIdOrArn,
    check: ({ Tags }) => checkTags(Tags ?? []),
    rights: ({ input }) => [{ action: 'kms:CreateKey', resource: '*' }, ...rightToTag(input.Tags)],
    rules: (request, [target]) => {
      const { input, quotas, realm } = request
      const { key } = target as Target
      checkPrimary(target as Target)
      if (input.Policy === undefined) return
      evaluator().checkKeyPolicy(input.Policy, quotas)
      const replica = { ...realm, region: input.ReplicaRegion }
      evaluator().checkLockout({ ...request, realm: replica }, input.Policy, {
        resource: keyArn(replica, key.keyId),
        key,
      })
    },
    prepare: async ({ input, now, regions }, targets) => {
      const region = await regions.open(input.ReplicaRegion)
      const { realm, store, throttle } = region
      const { keyId } = onlyKey(targets)
      if (await store.rawKey(keyId)) throw new AlreadyExistsException(`${keyArn(realm, keyId)} already exists.`)
      // One is a trial run (QUOTA-28).
      throttle.admitFromElsewhere('CreateKey', 2, now)
      checkRoom(region, await store.keyCount())
      return region
    },
    execute: async (request, targets, transaction, prepared) => {
      const { realm } = prepared as Region
      const { input } = request
      const primary = onlyKey(targets)
      const replica = replicaOf(request, primary)
      // The primary lists its replica before there is one: whoever finds it missing takes it off the list again.
      const { replicaRegions } = setOf(replica)
      const unsettledAt = transaction.moment.now
      await transaction.putKey({ ...primary, set: { ...setOf(primary), replicaRegions }, unsettledAt })
      return {
        ReplicaKeyMetadata: keyMetadata(realm, replica, request.isLocked),
        ReplicaPolicy: policyOf(realm, replica),
        ...(input.Tags && input.Tags.length > 0 && { ReplicaTags: input.Tags }),
      }
    },
    complete: async (request, targets, prepared) => {
      const region = prepared as Region
      const { realm, store } = region
      const replica = replicaOf(request, onlyKey(targets))
      const { description, keySpec, keyUsage, origin } = replica
      const { Policy, Tags } = request.input
      await store.mutate(async (transaction) => {
        // Others may have taken the room meanwhile.
        checkRoom(region, await transaction.keyCount())
        await transaction.addKey(replica)
        transaction.audit({
          ...recordElsewhere(request, 'CreateKey'),
          requestParameters: {
            Description: description,
            KeySpec: keySpec,
            KeyUsage: keyUsage,
            Origin: origin,
            MultiRegion: true,
            ...(Policy !== undefined && { Policy }),
            ...(Tags !== undefined && { Tags }),
          },
          resources: [keyArn(realm, replica.keyId)],
        })
      })
      return undefined
    },
  },

  UpdatePrimaryRegion: {
    kind: 'mutation',
    ofSet: true,
    audited: ['KeyId', 'PrimaryRegion'],
    targets: byKeyIdOrArn,
    rules: ({ input }, [target]) => {
      const { key, arn } = target as Target
      checkPrimary(target as Target)
      const { primaryRegion, replicaRegions } = setOf(key)
      if (input.PrimaryRegion === primaryRegion)
        throw new UnsupportedOperationException(`${arn} is the primary key already.`)
      if (!replicaRegions.includes(input.PrimaryRegion))
        throw new NotFoundException(`${arn} has no replica key in ${input.PrimaryRegion}.`)
    },
    prepare: async (request, targets) => {
      const { input, now, regions, operation } = request
      const region = await regions.open(input.PrimaryRegion)
      const { keyId } = onlyKey(targets)
      const heir = await region.store.stored.key(keyId)
      const arn = keyArn(region.realm, keyId)
      if (!heir) throw new NotFoundException(`Key '${arn}' does not exist`)
      const right = { action: 'kms:UpdatePrimaryRegion', resource: arn, key: heir }
      await authorize({ ...request, realm: region.realm }, right, region.store.stored)
      const { state, origin } = heir
      guardKeyState(operation, { arn, state, origin, isCurrentAliasTarget: false, isLocked: request.isLocked })
      region.throttle.admitFromElsewhere('UpdatePrimaryRegion', 1, now)
      return region
    },
    execute: async ({ input, regions }, targets, transaction) => {
      const key = onlyKey(targets)
      await transaction.putKey({
        ...key,
        state: 'Updating',
        set: { ...setOf(key), movingTo: input.PrimaryRegion },
        unsettledAt: transaction.moment.now + regions.replicationDelay,
      })
      return {}
    },
    complete: async (request, targets, prepared) => {
      const { realm, store } = prepared as Region
      const { input, regions } = request
      const { key, arn } = targets[0] as Target
      await store.mutate(async (transaction) => {
        const heir = await transaction.key(key.keyId)
        if (!heir) return
        const unsettledAt = transaction.moment.now + regions.replicationDelay
        await transaction.putKey({ ...heir, state: heir.state === 'Enabled' ? 'Updating' : heir.state, unsettledAt })
        transaction.audit({
          ...recordElsewhere(request, 'UpdatePrimaryRegion'),
          requestParameters: { KeyId: arn, PrimaryRegion: input.PrimaryRegion },
          resources: [keyArn(realm, heir.keyId)],
        })
      })
      return undefined
    },
  },
} satisfies OperationRows

function checkRoom({ realm, quotas }: Region, keyCount: number): void {
  if (keyCount >= quotas.keys)
    throw new LimitExceededException(
      `There are ${quotas.keys} KMS keys in ${realm.region} already, which is the limit for a Region.`,
    )
}

function checkPrimary({ key, arn }: Target): void {
  if (key.set?.role !== 'PRIMARY') throw new UnsupportedOperationException(`${arn} is not a multi-region primary key.`)
}

function setOf({ set }: KeyRecord): KeySetPlace {
  if (!set) throw new TypeError('the key is not a multi-Region key')
  return set
}

/** A replica as it begins: with its primary's identity, and defaults for the rest (MRK-7). Its material follows. */
function replicaOf({ input, realm, now, regions, quotas }: Request<'ReplicateKey'>, primary: KeyRecord): KeyRecord {
  const { keyId, keySpec, keyUsage, origin } = primary
  const { primaryRegion, replicaRegions } = setOf(primary)
  return {
    keyId,
    revision: 0,
    createdAt: now,
    description: input.Description ?? '',
    keySpec,
    keyUsage,
    origin,
    state: 'Creating',
    set: { role: 'REPLICA', primaryRegion, replicaRegions: [...replicaRegions, input.ReplicaRegion] },
    unsettledAt: now + regions.replicationDelay,
    ...storedPolicy(realm, input.Policy),
    tags: mergeTags({}, input.Tags ?? [], quotas),
  }
}

/** What a request leaves in the audit log of another Region: one request, an event of its own (MRK-7). */
function recordElsewhere(
  { caller, requestId, now }: Pick<Request<never>, 'caller' | 'requestId' | 'now'>,
  eventName: OperationName,
): Pick<AuditRecord, 'eventId' | 'eventTime' | 'eventName' | 'userArn' | 'requestId'> {
  return { eventId: newEventId(), eventTime: now, eventName, userArn: caller.arn, requestId }
}
