/** Rotation of key material: by schedule, on demand, and its history (ROT-8 to ROT-32). */
import {
  ConflictException,
  KMSInvalidStateException,
  LimitExceededException,
  UnsupportedOperationException,
} from '../../src/contract/errors.js'
import type { Value } from '../../src/contract/shapes.js'
import { isBound } from '../lifecycle/imported-material.js'
import { DAY, hasReplicas } from '../lifecycle/key-facts.js'
import { completeRotation, type FreshMaterial, makeFreshMaterial, rotateToFresh } from '../lifecycle/rotation.js'
import type { OperationRows, Target } from '../pipeline/row.js'
import { byKeyIdOrArn, onlyKey } from '../pipeline/targets.js'
import type { KeyRecord, MaterialRecord } from '../storage/schema.js'
import { listPage } from './paging.js'

const DEFAULT_PERIOD_IN_DAYS = 365
/** An automatic rotation that is so near is not overtaken by another (ROT-30). Milliseconds. */
const NEAR = 20 * 60_000

export const rotationRows = {
  EnableKeyRotation: {
    kind: 'mutation',
    audited: ['KeyId', 'RotationPeriodInDays'],
    targets: byKeyIdOrArn,
    rules: (_request, [target]) => checkSchedulable(target as Target),
    execute: async ({ input, now }, targets, transaction) => {
      const key = onlyKey(targets)
      const periodInDays = input.RotationPeriodInDays ?? DEFAULT_PERIOD_IN_DAYS
      if (key.rotation?.periodInDays === periodInDays) return {}
      const rotation = { periodInDays, nextDate: now + periodInDays * DAY }
      await transaction.putKey(told({ ...key, rotation }, now))
      return {}
    },
  },

  DisableKeyRotation: {
    kind: 'mutation',
    audited: ['KeyId'],
    targets: byKeyIdOrArn,
    rules: (_request, [target]) => checkSchedulable(target as Target),
    execute: async ({ now }, targets, transaction) => {
      const { rotation, ...key } = onlyKey(targets)
      if (rotation) await transaction.putKey(told(key, now))
      return {}
    },
  },

  GetKeyRotationStatus: {
    kind: 'read',
    audited: ['KeyId'],
    targets: byKeyIdOrArn,
    rules: (_request, [target]) => checkSymmetric(target as Target),
    execute: async (_request, [target]) => {
      const { key, arn } = target as Target
      const { rotation, nextMaterial } = key
      const isOn = rotation !== undefined && !isPendingDeletion(key)
      return {
        KeyId: arn,
        KeyRotationEnabled: isOn,
        ...(isOn && {
          RotationPeriodInDays: rotation.periodInDays,
          NextRotationDate: new Date(rotation.nextDate),
        }),
        ...(nextMaterial?.rotation?.type === 'ON_DEMAND' && {
          OnDemandRotationStartDate: new Date(nextMaterial.rotation.startedAt),
        }),
      }
    },
  },

  RotateKeyOnDemand: {
    kind: 'mutation',
    audited: ['KeyId'],
    targets: byKeyIdOrArn,
    rules: ({ now, quotas }, [target]) => {
      const { key, arn } = target as Target
      checkRotatable(target as Target)
      const { nextMaterial, rotation, rotations } = key
      if (nextMaterial?.rotation) throw new ConflictException(`A rotation of ${arn} is in progress.`)
      if (rotation && rotation.nextDate - now <= NEAR)
        throw new ConflictException(`An automatic rotation of ${arn} is due within 20 minutes.`)
      if ((rotations?.onDemand ?? 0) >= quotas.onDemandRotationsPerKey)
        throw new LimitExceededException(
          `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${arn}`,
        )
      if (key.origin !== 'EXTERNAL') return
      if (!nextMaterial)
        throw new KMSInvalidStateException(`No available key material pending rotation for the key: ${arn}.`)
      if (!nextMaterial.everywhere)
        throw new KMSInvalidStateException(
          `The key material (id: ${nextMaterial.materialId}) of ${arn} has to be imported into all its replica keys first.`,
        )
    },
    prepare: async ({ births }, targets) => {
      const key = onlyKey(targets)
      return key.origin === 'EXTERNAL' ? undefined : await makeFreshMaterial(births, key)
    },
    execute: async ({ realm, now }, [target], transaction, fresh) => {
      const { key, arn } = target as Target
      const { nextMaterial } = key
      const waiting = nextMaterial && (await transaction.material(key.keyId, nextMaterial.materialId))
      const rotated = waiting
        ? told(await completeRotation(transaction, realm, key, waiting, 'ON_DEMAND'), now)
        : await rotateToFresh(transaction, realm, key, fresh as FreshMaterial, 'ON_DEMAND')
      await transaction.putKey(rotated)
      return { KeyId: arn }
    },
  },

  ListKeyRotations: {
    kind: 'read',
    audited: ['KeyId', 'IncludeKeyMaterial', 'Limit'],
    targets: byKeyIdOrArn,
    rules: (_request, [target]) => checkSymmetric(target as Target),
    execute: async ({ input }, targets, { store }) => {
      const key = onlyKey(targets)
      const all = input.IncludeKeyMaterial === 'ALL_KEY_MATERIAL'
      const scope = `ListKeyRotations ${key.keyId} ${all}`
      const { items, ...page } = await listPage(store, scope, input, 100, async (limit, after) => {
        const listed = (await store.materials(key.keyId)).filter((material) => isListed(key, material, all))
        const left = listed.filter((material) => after === '' || ordinalOf(key, material) > Number(after))
        left.sort((a, b) => ordinalOf(key, a) - ordinalOf(key, b))
        const items = left.slice(0, limit)
        const last = items.at(-1)
        return left.length > limit && last ? { items, next: String(ordinalOf(key, last)) } : { items }
      })
      return { Rotations: items.map((material) => rotationsListEntry(key, material)), ...page }
    },
  },
} satisfies OperationRows

/** Marks that the replicas have to hear of a change. */
function told(key: KeyRecord, now: number): KeyRecord {
  return hasReplicas(key) ? { ...key, unsettledAt: now } : key
}

function isPendingDeletion({ state }: KeyRecord): boolean {
  return state === 'PendingDeletion' || state === 'PendingReplicaDeletion'
}

/** Only symmetric encryption keys have several materials (ROT-8). */
function checkSymmetric({ key, arn }: Target): void {
  if (key.keySpec !== 'SYMMETRIC_DEFAULT')
    throw new UnsupportedOperationException(
      `${arn} key spec is ${key.keySpec}: only symmetric encryption keys rotate. Create another key, and point the alias to it.`,
    )
}

function checkRotatable(target: Target): void {
  checkSymmetric(target)
  const { key, arn } = target
  if (key.set?.role === 'REPLICA')
    throw new UnsupportedOperationException(
      `${arn} is a replica: rotation is set for its primary key, in ${key.set.primaryRegion}.`,
    )
}

function checkSchedulable(target: Target): void {
  checkRotatable(target)
  const { key, arn } = target
  if (key.origin === 'EXTERNAL')
    throw new UnsupportedOperationException(`${arn} origin is EXTERNAL which is not valid for this operation.`)
}

/** The rotations only, or all material; never what a rotation that goes on has made (ROT-31). */
function isListed(
  { origin, nextMaterial }: KeyRecord,
  { materialId, rotation }: MaterialRecord,
  all: boolean,
): boolean {
  const isComing = origin !== 'EXTERNAL' && nextMaterial?.materialId === materialId
  return !isComing && (all || rotation !== undefined)
}

/** Places materials in order: the first one, then by their rotations, then what waits. */
function ordinalOf(key: KeyRecord, { materialId, rotation }: MaterialRecord): number {
  if (rotation) return rotation.ordinal
  return key.nextMaterial?.materialId === materialId ? Number.MAX_SAFE_INTEGER : 0
}

type RotationsListEntry = Value<'RotationsListEntry'>

function rotationsListEntry(key: KeyRecord, material: MaterialRecord): RotationsListEntry {
  const { materialId, rotation, imported } = material
  return {
    KeyId: key.keyId,
    KeyMaterialId: materialId,
    KeyMaterialState: stateOf(key, material),
    ...(rotation && { RotationDate: new Date(rotation.date), RotationType: rotation.type }),
    ...(imported && {
      ...(imported.description !== undefined && { KeyMaterialDescription: imported.description }),
      ImportState: imported.isHere ? 'IMPORTED' : 'PENDING_IMPORT',
      ...(imported.isHere && {
        ExpirationModel: imported.validTo === undefined ? 'KEY_MATERIAL_DOES_NOT_EXPIRE' : 'KEY_MATERIAL_EXPIRES',
      }),
      ...(imported.validTo !== undefined && { ValidTo: new Date(imported.validTo) }),
    }),
  }
}

function stateOf(key: KeyRecord, material: MaterialRecord): NonNullable<RotationsListEntry['KeyMaterialState']> {
  if (material.materialId === key.currentMaterialId) return 'CURRENT'
  if (isBound(key, material)) return 'NON_CURRENT'
  return key.nextMaterial?.everywhere ? 'PENDING_ROTATION' : 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION'
}
