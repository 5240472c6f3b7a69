/** The life of a key: create, describe, list, enable, disable, schedule and cancel deletion. */
import {
  LimitExceededException,
  UnsupportedOperationException,
  ValidationException,
} from '../../src/contract/errors.js'
import { keyArn, newKeyId } from '../../src/contract/identifiers.js'
import { keySpecs } from '../../src/contract/key-specs.js'
import type { KeySpec, KeyState, KeyUsage, OperationInput } from '../../src/contract/shapes.js'
import { bytesToHex } from '../material/bytes.js'
import { familyOf } from '../material/families.js'
import type { Material, Purpose } from '../material/family.js'
import { generateSymmetric } from '../material/symmetric.js'
import type { KeyRecord } from '../storage/schema.js'
import { keyMetadata } from './key-metadata.js'
import { listPage } from './paging.js'
import { checkPolicyDocument, storedPolicy } from './policy-document.js'
import type { OperationRows, Request } from './row.js'
import { checkTags, tagsOf } from './tag-rules.js'
import { byAnyIdentifier, byKeyIdOrArn, onlyKey } from './targets.js'

const DAY = 86_400_000
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
    rules: ({ input, quotas }) => {
      if (input.Policy !== undefined) checkPolicyDocument(input.Policy, quotas)
    },
    prepare: makeMaterial,
    execute: async ({ input, now, realm, quotas }, _targets, transaction, prepared) => {
      if ((await transaction.keyCount()) >= quotas.keys)
        throw new LimitExceededException(`There are ${quotas.keys} KMS keys already, which is the limit for a Region.`)
      const material = prepared as Material
      const { keySpec, keyUsage } = requestedKind(input)
      const keyId = newKeyId()
      const materialId = newMaterialId()
      const record: KeyRecord = {
        keyId,
        revision: 0,
        createdAt: now,
        description: input.Description ?? '',
        keySpec,
        keyUsage,
        origin: 'AWS_KMS',
        state: 'Enabled',
        currentMaterialId: materialId,
        custody: material.sealed ? 'sealed' : 'native',
        ...storedPolicy(realm, input.Policy),
        tags: tagsOf(input.Tags ?? []),
      }
      await transaction.addKey(record, { keyId, materialId, createdAt: now, ...material })
      return { KeyMetadata: keyMetadata(realm, record) }
    },
  },

  DescribeKey: {
    kind: 'read',
    audited: ['KeyId'],
    targets: byAnyIdentifier,
    execute: async ({ realm }, targets) => ({ KeyMetadata: keyMetadata(realm, onlyKey(targets)) }),
  },

  ListKeys: {
    kind: 'read',
    audited: ['Limit'],
    execute: async ({ input, realm }, _targets, store) => {
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
    execute: async (_request, targets, transaction) => {
      await transaction.putKey({ ...onlyKey(targets), state: 'Enabled' })
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
      const deletionDate = now + days * DAY
      const state: KeyState = 'PendingDeletion'
      await transaction.putKey({ ...key, state, deletionDate, dueAt: deletionDate })
      return {
        KeyId: keyArn(realm, key.keyId),
        DeletionDate: new Date(deletionDate),
        KeyState: state,
        PendingWindowInDays: days,
      }
    },
  },

  CancelKeyDeletion: {
    kind: 'mutation',
    audited: ['KeyId'],
    targets: byKeyIdOrArn,
    execute: async ({ realm }, targets, transaction) => {
      const { deletionDate: _, dueAt: __, ...key } = onlyKey(targets)
      await transaction.putKey({ ...key, state: 'Disabled' })
      return { KeyId: keyArn(realm, key.keyId) }
    },
  },
} satisfies OperationRows

function checkCreateKey(input: OperationInput<'CreateKey'>): void {
  const { KeySpec, CustomerMasterKeySpec, KeyUsage, Origin, MultiRegion, CustomKeyStoreId, XksKeyId, Tags } = input
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
  const missing =
    CustomKeyStoreId !== undefined || XksKeyId !== undefined
      ? 'Custom key stores are'
      : Origin !== undefined && Origin !== 'AWS_KMS'
        ? `Origin ${Origin} is`
        : MultiRegion
          ? 'MultiRegion is'
          : undefined
  if (missing) throw new UnsupportedOperationException(`${missing} not built yet in browser-kms.`)
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

const purposes: { readonly [Usage in KeyUsage]: Purpose } = {
  ENCRYPT_DECRYPT: 'encrypt',
  SIGN_VERIFY: 'sign',
  GENERATE_VERIFY_MAC: 'mac',
  KEY_AGREEMENT: 'agree',
  ENCAPSULATE_DECAPSULATE: 'encapsulate',
}

async function makeMaterial({ input, custody }: Request<'CreateKey'>): Promise<Material> {
  const { keySpec, keyUsage } = requestedKind(input)
  if (keySpec === 'SYMMETRIC_DEFAULT') return { handles: { aead: await generateSymmetric() } }
  return (await familyOf(keySpec)).make(purposes[keyUsage], custody.sealer, custody)
}

/** Names of generated material are random: the bytes they stand for are known to nobody. */
function newMaterialId(): string {
  return bytesToHex(crypto.getRandomValues(new Uint8Array(32)))
}
