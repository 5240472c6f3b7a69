/** Aliases: names that lead to one key at a time (MGT-60). */
import {
  AlreadyExistsException,
  LimitExceededException,
  NotAuthorizedException,
  ValidationException,
} from '../../src/contract/errors.js'
import { type AliasName, aliasArn, asAliasName, type KeyId } from '../../src/contract/identifiers.js'
import { keySpecs } from '../../src/contract/key-specs.js'
import type { Right } from '../authorization/authorize.js'
import type { Quotas } from '../pipeline/quotas.js'
import type { OperationRows, Request, Target } from '../pipeline/row.js'
import { existingAlias, inOrder, keyByIdOrArn, keyOfAlias } from '../pipeline/targets.js'
import type { KeyRecord } from '../storage/schema.js'
import type { VaultTransaction } from '../storage/transaction.js'
import { listPage } from './paging.js'

export const aliasRows = {
  CreateAlias: {
    kind: 'mutation',
    rights: rightToAlias,
    audited: ['AliasName', 'TargetKeyId'],
    check: checkAliasRequest,
    targets: async (request, reader) => [await keyByIdOrArn(request, reader, request.input.TargetKeyId)],
    execute: async ({ input, now, realm, quotas }, targets, transaction) => {
      const aliasName = input.AliasName as AliasName
      const { keyId } = targetOf(targets, 'key')
      if (await transaction.alias(aliasName))
        throw new AlreadyExistsException(`An alias with the name ${aliasArn(realm, aliasName)} already exists`)
      await checkAliasQuota(transaction, keyId, quotas)
      await transaction.putAlias({ aliasName, targetKeyId: keyId, createdAt: now, updatedAt: now })
      return {}
    },
  },

  UpdateAlias: {
    kind: 'mutation',
    rights: rightToAlias,
    audited: ['AliasName', 'TargetKeyId'],
    check: checkAliasRequest,
    targets: async (request, reader) => {
      const { input } = request
      return inOrder(keyByIdOrArn(request, reader, input.TargetKeyId), () =>
        keyOfAlias(request, reader, input.AliasName as AliasName, 'currentAliasTarget'),
      )
    },
    rules: (_request, targets) => checkSameKind(targetOf(targets, 'currentAliasTarget'), targetOf(targets, 'key')),
    execute: async ({ input, now, realm, quotas }, targets, transaction) => {
      const alias = await existingAlias(realm, transaction, input.AliasName as AliasName)
      const { keyId } = targetOf(targets, 'key')
      if (alias.targetKeyId !== keyId) await checkAliasQuota(transaction, keyId, quotas)
      await transaction.putAlias({ ...alias, targetKeyId: keyId, updatedAt: now })
      return {}
    },
  },

  DeleteAlias: {
    kind: 'mutation',
    rights: rightToAlias,
    audited: ['AliasName'],
    check: checkAliasRequest,
    targets: async (request, reader) => [await keyOfAlias(request, reader, request.input.AliasName as AliasName)],
    execute: async ({ input }, _targets, transaction) => {
      await transaction.deleteAlias(input.AliasName as AliasName)
      return {}
    },
  },

  ListAliases: {
    kind: 'read',
    audited: ['KeyId', 'Limit'],
    rights: () => [{ action: 'kms:ListAliases', resource: '*' }],
    // The list is of the vault, also that of one key.
    authorize: async () => undefined,
    targets: async (request, reader) =>
      request.input.KeyId === undefined ? [] : [await keyByIdOrArn(request, reader, request.input.KeyId)],
    execute: async ({ input, realm }, targets, { store }) => {
      const keyId = targets[0]?.key.keyId
      const { items, ...page } = await listPage(store, `ListAliases ${keyId ?? ''}`, input, 50, (limit, after) =>
        store.listAliases(limit, after, keyId),
      )
      const Aliases = items.map(({ aliasName, targetKeyId, createdAt, updatedAt }) => ({
        AliasName: aliasName,
        AliasArn: aliasArn(realm, aliasName),
        TargetKeyId: targetKeyId,
        CreationDate: new Date(createdAt),
        LastUpdatedDate: new Date(updatedAt),
      }))
      return { Aliases, ...page }
    },
  },
} satisfies OperationRows

/** Whoever manages an alias needs a right to it, beside one to the key (POL-13). */
function rightToAlias({
  operation,
  realm,
  input,
}: Pick<Request<'CreateAlias' | 'UpdateAlias' | 'DeleteAlias'>, 'operation' | 'realm'> & {
  readonly input: { readonly AliasName?: string | undefined }
}): readonly Right[] {
  return [{ action: `kms:${operation}`, resource: aliasArn(realm, input.AliasName as AliasName) }]
}

/** Rules for alias names and targets (MGT-61, MGT-62, aws-facts 10). */
function checkAliasRequest({
  AliasName,
  TargetKeyId,
}: {
  readonly AliasName: string | undefined
  readonly TargetKeyId?: string | undefined
}): void {
  const name = AliasName as string
  if (!asAliasName(name))
    throw new ValidationException(
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    )
  if (name.includes(':')) throw new ValidationException(`${name} contains invalid characters for an alias`)
  if (name.startsWith('alias/aws/'))
    throw new NotAuthorizedException('Names that begin with alias/aws/ are reserved. Choose another name.')
  if (TargetKeyId !== undefined && /^(?:alias\/|arn:[^:]*:kms:[^:]*:[^:]*:alias\/)/.test(TargetKeyId))
    throw new ValidationException('Aliases must refer to keys. Not aliases')
}

async function checkAliasQuota(transaction: VaultTransaction, keyId: KeyId, { aliasesPerKey }: Quotas): Promise<void> {
  if ((await transaction.aliasCount(keyId)) >= aliasesPerKey)
    throw new LimitExceededException(`The key has ${aliasesPerKey} aliases already, which is the limit.`)
}

/** An alias moves only between keys of one type and usage (MGT-63). */
function checkSameKind(current: KeyRecord, next: KeyRecord): void {
  const sameType = keySpecs[current.keySpec].type === keySpecs[next.keySpec].type
  if (sameType && current.keyUsage === next.keyUsage) return
  throw new ValidationException(
    `An alias can only move to a key of the same type and usage: it names a ${current.keySpec} key for ${current.keyUsage}, not one of ${next.keySpec} for ${next.keyUsage}. Delete and create it instead.`,
  )
}

function targetOf(targets: readonly Target[], role: Target['role']): KeyRecord {
  const target = targets.find((candidate) => candidate.role === role)
  if (!target) throw new TypeError(`the request has no ${role}`)
  return target.key
}
