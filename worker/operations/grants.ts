/** Grants (GRANT-1 to GRANT-33): permission for one principal to use one key, that needs no change of a policy. */
import { bytesToHex } from '../../src/contract/bytes.js'
import {
  InvalidArnException,
  InvalidGrantIdException,
  LimitExceededException,
  NotFoundException,
  ValidationException,
} from '../../src/contract/errors.js'
import { keyArn, type Realm, rootArn } from '../../src/contract/identifiers.js'
import { keySpecs } from '../../src/contract/key-specs.js'
import { shown } from '../../src/contract/reader.js'
import type { ValidInput, Value } from '../../src/contract/shapes.js'
import { evaluator } from '../authorization/lazy-evaluator.js'
import { accountOf, isIdentity, isService } from '../authorization/principals.js'
import type { OperationRows, Request, Target } from '../pipeline/row.js'
import { byKeyIdOrArn, existingKey, keyByIdOrArn, onlyKey } from '../pipeline/targets.js'
import { listGrants, listRetirableGrants } from '../storage/grant-lists.js'
import type { VaultReader } from '../storage/reader.js'
import type { GrantConstraints, GrantOperation, GrantRecord, KeyRecord } from '../storage/schema.js'
import type { VaultTransaction } from '../storage/transaction.js'
import { sealGrantToken } from './grant-tokens.js'
import { listPage } from './paging.js'

const DEFAULT_LIMIT = 50
const MOST_PAIRS = 8
const LONGEST_VALUE = 384

export const grantRows = {
  CreateGrant: {
    kind: 'mutation',
    audited: [
      'KeyId',
      'GranteePrincipal',
      'RetiringPrincipal',
      'GranteeServicePrincipal',
      'RetiringServicePrincipal',
      'Operations',
      'Constraints',
      'Name',
      'DryRun',
    ],
    check: checkPrincipals,
    targets: byKeyIdOrArn,
    // Not before the key is found, as in AWS KMS.
    rules: ({ input }, targets) => {
      checkGrant(input)
      checkFitsKey(input, onlyKey(targets))
    },
    execute: async ({ input, now, caller, quotas, realm }, targets, transaction) => {
      const { keyId } = onlyKey(targets)
      const wanted = grantOf(input)
      const same = await sameGrant(transaction, keyId, wanted)
      if (same) return { GrantId: same.grantId }
      if ((await transaction.grantCount(keyId)) >= quotas.grantsPerKey)
        throw new LimitExceededException(`The key has ${quotas.grantsPerKey} grants already, which is the limit.`)
      const grantId = bytesToHex(crypto.getRandomValues(new Uint8Array(32)))
      const issuingAccount = rootArn({ ...realm, accountId: caller.accountId })
      await transaction.putGrant({ keyId, grantId, createdAt: now, issuingAccount, ...wanted })
      return { GrantId: grantId }
    },
    complete: async (_request, targets, _prepared, { store }, { GrantId }) => ({
      GrantToken: await sealGrantToken(store, onlyKey(targets).keyId, GrantId as string),
    }),
  },

  ListGrants: {
    kind: 'read',
    audited: ['KeyId', 'GrantId', 'GranteePrincipal', 'GranteeServicePrincipal', 'Limit'],
    check: (input) => void atMostOne(input, 'GranteePrincipal', 'GranteeServicePrincipal'),
    targets: byKeyIdOrArn,
    execute: async ({ input, realm }, targets, { store }) => {
      const { keyId } = onlyKey(targets)
      const { GrantId } = input
      const grantee = input.GranteePrincipal ?? input.GranteeServicePrincipal
      const scope = `ListGrants ${keyId} ${GrantId ?? ''} ${grantee ?? ''}`
      const { items, ...page } = await listPage(store, scope, input, DEFAULT_LIMIT, (limit, after) =>
        listGrants(store, keyId, limit, after, { grantId: GrantId, grantee }),
      )
      return { Grants: items.map((grant) => listEntry(realm, grant)), ...page }
    },
  },

  ListRetirableGrants: {
    kind: 'read',
    audited: ['RetiringPrincipal', 'RetiringServicePrincipal', 'Limit'],
    check: (input) => void exactlyOne(input, 'RetiringPrincipal', 'RetiringServicePrincipal'),
    rules: ({ input: { RetiringPrincipal }, caller }) => {
      if (RetiringPrincipal !== undefined && accountIn(RetiringPrincipal) !== caller.accountId)
        throw new ValidationException('RetiringPrincipal must be a principal of your own account.')
    },
    execute: async ({ input, realm }, _targets, { store }) => {
      const retiring = exactlyOne(input, 'RetiringPrincipal', 'RetiringServicePrincipal')
      const scope = `ListRetirableGrants ${retiring}`
      const { items, ...page } = await listPage(store, scope, input, DEFAULT_LIMIT, (limit, after) =>
        listRetirableGrants(store, retiring, limit, after),
      )
      return { Grants: items.map((grant) => listEntry(realm, grant)), ...page }
    },
  },

  RevokeGrant: {
    kind: 'mutation',
    audited: ['KeyId', 'GrantId', 'DryRun'],
    targets: async (request, reader) => {
      const target = await keyByIdOrArn(request, reader, request.input.KeyId)
      return [await withGrant(target, reader, request.input.GrantId)]
    },
    rules: ({ input }, [target]) => void existingGrant(target, input.GrantId),
    execute: async ({ input }, [target], transaction) => {
      await transaction.deleteGrant(existingGrant(target, input.GrantId))
      return {}
    },
  },

  RetireGrant: {
    kind: 'mutation',
    audited: ['KeyId', 'GrantId', 'DryRun'],
    check: ({ GrantToken, KeyId, GrantId }) => {
      const isByToken = GrantToken !== undefined
      const isById = KeyId !== undefined && GrantId !== undefined
      if (isByToken === isById || (isByToken && (KeyId !== undefined || GrantId !== undefined)))
        throw new ValidationException('Name the grant either by its GrantToken, or by KeyId and GrantId.')
    },
    targets: async (request, reader) => {
      const { input, grantToken } = request
      const target = grantToken
        ? await existingKey(request, reader, grantToken.keyId)
        : await keyByIdOrArn(request, reader, input.KeyId as string)
      return [await withGrant(target, reader, grantToken?.grantId ?? (input.GrantId as string))]
    },
    authorize: async (request, [target], reader) =>
      evaluator().authorizeRetirement(request, target as Target, target?.grant, reader),
    rules: (request, [target]) => void existingGrant(target, grantIdOf(request)),
    execute: async (request, [target], transaction) => {
      await transaction.deleteGrant(existingGrant(target, grantIdOf(request)))
      return {}
    },
  },
} satisfies OperationRows

/** The one of two members that is given, if one is. */
function atMostOne<Member extends string>(
  input: { readonly [Name in Member]?: string | undefined },
  principal: Member,
  service: Member,
): string | undefined {
  if (input[principal] !== undefined && input[service] !== undefined)
    throw new ValidationException(`You can specify either ${principal} or ${service}, but not both.`)
  return input[principal] ?? input[service]
}

function exactlyOne<Member extends string>(
  input: { readonly [Name in Member]?: string | undefined },
  principal: Member,
  service: Member,
): string {
  const given = atMostOne(input, principal, service)
  if (given === undefined)
    throw new ValidationException(`You must specify either ${principal} or ${service}, but not both.`)
  return given
}

/** Whom a grant names (GRANT-5). A service does not own what it works for, so that its grant says that, and ends. */
function checkPrincipals(input: ValidInput<'CreateGrant'>): void {
  exactlyOne(input, 'GranteePrincipal', 'GranteeServicePrincipal')
  const retiring = atMostOne(input, 'RetiringPrincipal', 'RetiringServicePrincipal')
  if (input.GranteeServicePrincipal === undefined) return
  if (input.Constraints?.SourceArn === undefined)
    throw new ValidationException('A grant to a GranteeServicePrincipal needs the constraint SourceArn.')
  if (retiring === undefined)
    throw new ValidationException(
      'A grant to a GranteeServicePrincipal needs a RetiringPrincipal or a RetiringServicePrincipal.',
    )
}

/** Rules that concern the request alone (GRANT-5, GRANT-8, GRANT-14). */
function checkGrant({
  GranteePrincipal,
  RetiringPrincipal,
  GranteeServicePrincipal,
  RetiringServicePrincipal,
  Operations,
  Constraints,
}: ValidInput<'CreateGrant'>): void {
  for (const principal of [GranteePrincipal, RetiringPrincipal])
    if (principal !== undefined && !principal.startsWith('arn:aws:')) throw notGrantable(principal)
    else if (principal !== undefined && accountOf(principal) === undefined && !isIdentity(principal))
      throw notGrantable(principal)
  for (const service of [GranteeServicePrincipal, RetiringServicePrincipal])
    if (service !== undefined && !isService(service))
      throw new ValidationException(`'${shown(service)}' is no service principal: they look like s3.amazonaws.com.`)
  if (Operations.length === 0) throw new ValidationException('A grant must allow at least one operation.')
  if (Operations.every((operation) => operation === 'CreateGrant'))
    throw new ValidationException('Grants must not contain only the CreateGrant operation.')
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset, SourceArn } = Constraints ?? {}
  if (SourceArn !== undefined && !/^arn(?::[^:]*){4}:./s.test(SourceArn))
    throw new InvalidArnException(`${shown(SourceArn)} is not the ARN of a resource: a SourceArn has six parts.`)
  if (equals && subset) throw new ValidationException('More than one constraint supplied')
  const pairs = Object.entries(equals ?? subset ?? {})
  if (pairs.length > MOST_PAIRS)
    throw new ValidationException(`A grant constraint can have at most ${MOST_PAIRS} encryption context pairs.`)
  if (pairs.some(([, value]) => value.length > LONGEST_VALUE))
    throw new ValidationException(
      `An encryption context value in a grant can have at most ${LONGEST_VALUE} characters.`,
    )
}

function notGrantable(principal: string): InvalidArnException {
  return new InvalidArnException(
    `${principal} is not the ARN of an account, a user, a role or a session: a grant is for one of these.`,
  )
}

const DATA_KEYS: readonly GrantOperation[] = [
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
]
const forUsage: Readonly<Record<KeyRecord['keyUsage'], readonly GrantOperation[]>> = {
  ENCRYPT_DECRYPT: ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo'],
  SIGN_VERIFY: ['Sign', 'Verify'],
  GENERATE_VERIFY_MAC: ['GenerateMac', 'VerifyMac'],
  KEY_AGREEMENT: ['DeriveSharedSecret'],
  ENCAPSULATE_DECAPSULATE: ['Encapsulate', 'Decapsulate'],
}
const forEveryKey: readonly GrantOperation[] = ['CreateGrant', 'DescribeKey', 'RetireGrant']

/** What a grant on a key can allow (GRANT-4, GRANT-15). */
function checkFitsKey({ Operations, Constraints }: ValidInput<'CreateGrant'>, key: KeyRecord): void {
  const { type } = keySpecs[key.keySpec]
  const possible = [
    ...forEveryKey,
    ...forUsage[key.keyUsage],
    ...(type === 'symmetric' ? DATA_KEYS : []),
    ...(type === 'asymmetric' ? (['GetPublicKey'] as const) : []),
  ]
  const unfit = Operations.find((operation) => !possible.includes(operation))
  if (unfit) throw new ValidationException(`A grant on a ${key.keySpec} key for ${key.keyUsage} cannot allow ${unfit}.`)
  const { EncryptionContextEquals, EncryptionContextSubset } = Constraints ?? {}
  if ((EncryptionContextEquals ?? EncryptionContextSubset) && type !== 'symmetric')
    throw new ValidationException(
      'Grant constraints on the encryption context are for symmetric encryption keys: others have none.',
    )
}

/** What a request says about the grant that it wants. */
type WantedGrant = Pick<GrantRecord, 'name' | 'grantee' | 'retiring' | 'operations' | 'constraints'>

function grantOf(input: ValidInput<'CreateGrant'>): WantedGrant {
  const { Name, Operations, Constraints = {} } = input
  const { EncryptionContextEquals, EncryptionContextSubset, SourceArn } = Constraints
  const hasPairs = Object.keys(EncryptionContextEquals ?? EncryptionContextSubset ?? {}).length > 0
  const retiring = input.RetiringPrincipal ?? input.RetiringServicePrincipal
  return {
    grantee: exactlyOne(input, 'GranteePrincipal', 'GranteeServicePrincipal'),
    operations: [...new Set(Operations)],
    ...(Name !== undefined && { name: Name }),
    ...(retiring !== undefined && { retiring }),
    ...((hasPairs || SourceArn !== undefined) && { constraints: Constraints as GrantConstraints }),
  }
}

/** A grant with the same name and all else the same: asking twice makes one grant (GRANT-9). */
async function sameGrant(
  transaction: VaultTransaction,
  keyId: KeyRecord['keyId'],
  wanted: WantedGrant,
): Promise<GrantRecord | undefined> {
  if (wanted.name === undefined) return undefined
  const { all } = await transaction.grants(keyId, wanted.grantee)
  const text = canonical(wanted)
  return all.find((grant) => canonical(grant) === text)
}

function canonical({ name, grantee, retiring, operations, constraints }: WantedGrant): string {
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset, SourceArn } = constraints ?? {}
  const pairs = [equals, subset].map((context) => context && Object.entries(context).sort())
  return JSON.stringify([name, grantee, retiring, [...operations].sort(), pairs, SourceArn])
}

async function withGrant(target: Target, reader: VaultReader, grantId: string): Promise<Target> {
  const grant = await reader.grant(target.key.keyId, grantId)
  return grant ? { ...target, grant } : target
}

/** @throws {@link NotFoundException}, {@link InvalidGrantIdException} */
function existingGrant(target: Target | undefined, grantId: string): GrantRecord {
  if (target?.grant) return target.grant
  if (!/^[0-9a-f]{64}$/.test(grantId)) throw new InvalidGrantIdException(`'${grantId}' is no grant id.`)
  throw new NotFoundException(`Grant ID ${grantId} not found`)
}

function grantIdOf({ input, grantToken }: Request<'RetireGrant'>): string {
  return grantToken?.grantId ?? (input.GrantId as string)
}

function accountIn(principal: string): string | undefined {
  return accountOf(principal) ?? (isIdentity(principal) ? principal.split(':')[4] : undefined)
}

/** What lists tell of a grant (GRANT-2): never its token. */
function listEntry(realm: Realm, grant: GrantRecord): Value<'GrantListEntry'> {
  const { keyId, grantId, name, createdAt, grantee, retiring, issuingAccount, operations, constraints } = grant
  return {
    KeyId: keyArn(realm, keyId),
    GrantId: grantId,
    Name: name ?? '',
    CreationDate: new Date(createdAt),
    [isService(grantee) ? 'GranteeServicePrincipal' : 'GranteePrincipal']: grantee,
    ...(retiring !== undefined && {
      [isService(retiring) ? 'RetiringServicePrincipal' : 'RetiringPrincipal']: retiring,
    }),
    IssuingAccount: issuingAccount,
    Operations: [...operations],
    ...(constraints && { Constraints: constraints }),
  }
}
