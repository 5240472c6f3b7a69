/** The life of a key: create, describe, list, enable, disable, schedule and cancel deletion. */
import {
  LimitExceededException,
  UnsupportedOperationException,
  ValidationException,
} from '../../src/contract/errors.js'
import { keyArn, newKeyId, newMultiRegionKeyId, type Realm } from '../../src/contract/identifiers.js'
import { keySpecs } from '../../src/contract/key-specs.js'
import type { KeySpec, KeyUsage, OperationInput } from '../../src/contract/shapes.js'
import type { Right } from '../authorization/authorize.js'
import { storedPolicy } from '../authorization/default-policy.js'
import { evaluator } from '../authorization/lazy-evaluator.js'
import type { Born, Newborn } from '../lifecycle/births.js'
import { DAY, hasReplicas, newMaterialId } from '../lifecycle/key-facts.js'
import { makeMaterial } from '../material/materials.js'
import type { OperationRows, Request } from '../pipeline/row.js'
import { byAnyIdentifier, byKeyIdOrArn, onlyKey } from '../pipeline/targets.js'
import type { KeyRecord, KeySetPlace } from '../storage/schema.js'
import { canImport, custodyOf } from './key-material.js'
import { keyMetadata } from './key-metadata.js'
import { listPage } from './paging.js'
import { checkTags, mergeTags, tagsOf } from './tag-rules.js'

const DEFAULT_WINDOW_IN_DAYS = 30

export const keyRows = {
  CreateKey: {
    kind: 'mutation',
    audited: [
      'Description',
      'KeySpec',
      'KeyUsage',
      'Origin',
      'Policy',
      'Tags',
      'MultiRegion',
      'BypassPolicyLockoutSafetyCheck',
    ],
    check: checkCreateKey,
    rights: (request) => [
      { action: 'kms:CreateKey', resource: '*', asked: askedKey(request.input) },
      ...rightToTag(request.input.Tags),
    ],
    rules: (request) => {
      const { input, quotas, realm } = request
      if (input.Policy === undefined) return
      evaluator().checkKeyPolicy(input.Policy, quotas)
      evaluator().checkLockout(request, input.Policy, { resource: keyArn(realm, newKeyId()), asked: askedKey(input) })
    },
    prepare: bearFirst,
    execute: async ({ input, now, realm, quotas, isLocked }, _targets, transaction, prepared) => {
      if ((await transaction.keyCount()) >= quotas.keys)
        throw new LimitExceededException(`There are ${quotas.keys} KMS keys already, which is the limit for a Region.`)
      const { keyId, materialId, keySpec, keyUsage, born } = prepared as FirstMaterial
      const material = born?.material
      const record: KeyRecord = {
        keyId,
        revision: 0,
        createdAt: now,
        description: input.Description ?? '',
        keySpec,
        keyUsage,
        origin: material ? 'AWS_KMS' : 'EXTERNAL',
        state: material ? 'Enabled' : 'PendingImport',
        ...(material && { currentMaterialId: materialId, custody: custodyOf(material) }),
        ...(input.MultiRegion && { set: primaryOfNone(realm) }),
        ...storedPolicy(realm, input.Policy),
        tags: mergeTags({}, input.Tags ?? [], quotas),
      }
      await transaction.addKey(record)
      if (born) await transaction.addMaterial({ keyId, materialId, createdAt: now, ...born.material }, born.copy)
      return { KeyMetadata: keyMetadata(realm, record, isLocked) }
    },
  },

  DescribeKey: {
    kind: 'read',
    audited: ['KeyId'],
    targets: byAnyIdentifier,
    execute: async ({ realm, isLocked }, targets) => ({ KeyMetadata: keyMetadata(realm, onlyKey(targets), isLocked) }),
  },

  ListKeys: {
    kind: 'read',
    audited: ['Limit'],
    execute: async ({ input, realm }, _targets, { store }) => {
      const { items, ...page } = await listPage(store, 'ListKeys', input, 100, (limit, after) =>
        store.listKeys(limit, after),
      )
      return { Keys: items.map((keyId) => ({ KeyId: keyId, KeyArn: keyArn(realm, keyId) })), ...page }
    },
  },

  UpdateKeyDescription: {
    kind: 'mutation',
    audited: ['KeyId', 'Description'],
    targets: byKeyIdOrArn,
    execute: async ({ input }, targets, transaction) => {
      await transaction.putKey({ ...onlyKey(targets), description: input.Description })
      return {}
    },
  },

  EnableKey: {
    kind: 'mutation',
    audited: ['KeyId'],
    targets: byKeyIdOrArn,
    execute: async ({ now }, targets, transaction) => {
      await transaction.putKey(enabled(onlyKey(targets), now))
      return {}
    },
  },

  DisableKey: {
    kind: 'mutation',
    audited: ['KeyId'],
    targets: byKeyIdOrArn,
    execute: async (_request, targets, transaction) => {
      await transaction.putKey({ ...onlyKey(targets), state: 'Disabled' })
      return {}
    },
  },

  ScheduleKeyDeletion: {
    kind: 'mutation',
    audited: ['KeyId', 'PendingWindowInDays'],
    targets: byKeyIdOrArn,
    execute: async ({ input, now, realm }, targets, transaction) => {
      const key = onlyKey(targets)
      const days = input.PendingWindowInDays ?? DEFAULT_WINDOW_IN_DAYS
      const answer = { KeyId: keyArn(realm, key.keyId), PendingWindowInDays: days }
      if (key.set?.role === 'PRIMARY' && hasReplicas(key)) {
        // The clock starts when the last replica is gone (DEL-23).
        await transaction.putKey({ ...key, state: 'PendingReplicaDeletion', windowInDays: days })
        return { ...answer, KeyState: 'PendingReplicaDeletion' }
      }
      const deletionDate = now + days * DAY
      await transaction.putKey({ ...key, state: 'PendingDeletion', deletionDate })
      return { ...answer, DeletionDate: new Date(deletionDate), KeyState: 'PendingDeletion' }
    },
  },

  CancelKeyDeletion: {
    kind: 'mutation',
    audited: ['KeyId'],
    targets: byKeyIdOrArn,
    execute: async ({ realm }, targets, transaction) => {
      const { deletionDate: _, windowInDays: __, ...key } = onlyKey(targets)
      await transaction.putKey({ ...key, state: 'Disabled' })
      return { KeyId: keyArn(realm, key.keyId) }
    },
  },
} satisfies OperationRows

function checkCreateKey(input: OperationInput<'CreateKey'>): void {
  const { KeySpec, CustomerMasterKeySpec, KeyUsage, Origin, CustomKeyStoreId, XksKeyId, Tags } = input
  if (KeySpec !== undefined && CustomerMasterKeySpec !== undefined)
    throw new ValidationException(
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    )
  const { keySpec, keyUsage } = requestedKind(input)
  if (KeyUsage === undefined && keySpec !== 'SYMMETRIC_DEFAULT')
    throw new ValidationException(
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    )
  if (!keySpecs[keySpec].usages[keyUsage])
    throw new ValidationException(`KeyUsage ${keyUsage} is not compatible with KeySpec ${keySpec}`)
  checkTags(Tags ?? [])
  if (
    CustomKeyStoreId !== undefined ||
    XksKeyId !== undefined ||
    Origin === 'AWS_CLOUDHSM' ||
    Origin === 'EXTERNAL_KEY_STORE'
  )
    throw new UnsupportedOperationException('Custom key stores are not built yet in browser-kms.')
  if (Origin === 'EXTERNAL' && !canImport(keySpec))
    throw new UnsupportedOperationException(`Key material of spec ${keySpec} cannot be imported.`)
}

/** A new multi-Region key is a primary without replicas (MRK-5). */
function primaryOfNone({ region }: Realm): KeySetPlace {
  return { role: 'PRIMARY', primaryRegion: region, replicaRegions: [] }
}

/**
 * EnableKey: a key that lost its imported material waits for it (STATE-9), one whose rotation fell due while it was
 * disabled rotates at once (ROT-22).
 */
function enabled(key: KeyRecord, now: number): KeyRecord {
  const state = key.origin === 'EXTERNAL' && !key.importedMaterial?.complete ? 'PendingImport' : 'Enabled'
  const { rotation } = key
  const age = now - (key.currentSince ?? key.createdAt)
  const isOverdue = key.state === 'Disabled' && rotation !== undefined && age >= rotation.periodInDays * DAY
  return { ...key, state, ...(isOverdue && { rotation: { ...rotation, nextDate: now } }) }
}

/** The key that CreateKey asks for, as far as condition keys tell of it (AUTHZ-30). */
function askedKey(input: OperationInput<'CreateKey'>): Right['asked'] {
  const { Origin = 'AWS_KMS', MultiRegion, Tags = [] } = input
  const set = MultiRegion ? { set: primaryOfNone({ region: '', accountId: '' }) } : {}
  return { ...requestedKind(input), origin: Origin, tags: tagsOf(Tags), ...set }
}

/** Whoever gives tags at creation needs the right to tag (AUTHZ-16). */
export function rightToTag(tags: readonly unknown[] | undefined): readonly Right[] {
  return tags && tags.length > 0 ? [{ action: 'kms:TagResource', resource: '*' }] : []
}

/** Spec and usage that CreateKey is asked for, with its defaults. */
function requestedKind({ KeySpec, CustomerMasterKeySpec, KeyUsage }: OperationInput<'CreateKey'>): {
  readonly keySpec: KeySpec
  readonly keyUsage: KeyUsage
} {
  return {
    keySpec: KeySpec ?? CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT',
    keyUsage: KeyUsage ?? 'ENCRYPT_DECRYPT',
  }
}

interface FirstMaterial extends Omit<Newborn, 'position'> {
  /** Absent if the material is to be imported. */
  readonly born: Born | undefined
}

async function bearFirst({ input, births }: Request<'CreateKey'>): Promise<FirstMaterial> {
  const keyId = input.MultiRegion ? newMultiRegionKeyId() : newKeyId()
  const newborn = { keyId, materialId: newMaterialId(), position: 0, ...requestedKind(input) }
  if (input.Origin === 'EXTERNAL') return { ...newborn, born: undefined }
  return { ...newborn, born: await births.bear(newborn, (...given) => makeMaterial(newborn, ...given)) }
}
