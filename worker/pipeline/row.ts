import type { KeyId, Realm } from '../../src/contract/identifiers.js'
import type { KeyUsage, OperationInput, OperationName, OperationResult, ValidInput } from '../../src/contract/shapes.js'
import type { Right } from '../authorization/authorize.js'
import type { Caller } from '../authorization/caller.js'
import type { Births } from '../lifecycle/births.js'
import type { MakeOptions } from '../material/family.js'
import type { Sealer } from '../material/sealer.js'
import type { VaultReader } from '../storage/reader.js'
import type { GrantRecord, KeyRecord } from '../storage/schema.js'
import type { VaultTransaction } from '../storage/transaction.js'
import type { VaultStore } from '../storage/vault-store.js'
import type { Quotas } from './quotas.js'
import type { Throttle } from './throttle.js'

/** One Region of a vault, as far as operations know it. */
export interface Region {
  readonly realm: Realm
  readonly store: VaultStore
  readonly quotas: Quotas
  readonly throttle: Throttle
  /** Resolves when the last use of every key is written. */
  flush(): Promise<void>
}

/** The Regions of a vault: for the few operations that reach beyond their own. */
export interface OtherRegions {
  /** How long new replicas are `Creating` and new primaries `Updating`. Milliseconds. */
  readonly replicationDelay: number
  /** @throws ValidationException for what does not look like a Region */
  open(region: unknown): Promise<Region>
}

/** Whether a vault that is locked at rest can use its keys at this moment. */
export interface LockState {
  /** False also of a vault that is not locked at rest. */
  readonly isLocked: boolean
  /** Counts how often it was locked or unlocked. */
  readonly turn: number
  /** A key was used: the time that the vault may stay unlocked without that begins anew. */
  noteUse(): void
}

/** Whose requests come in: the caller that a port stands for, as long as the port is connected. */
export interface Sender {
  readonly caller: Caller
  /** @throws AccessDeniedException once the connection has been taken back */
  readonly mustBeConnected: () => void
}

/** What a grant token names; the grant may have ended since. */
export interface GrantToken {
  readonly keyId: KeyId
  readonly grantId: string
}

/** A key that a request is about, and in which part. */
export interface Target {
  readonly role: 'key' | 'source' | 'destination' | 'currentAliasTarget'
  readonly key: KeyRecord
  readonly arn: string
  /** ARN of the alias by which the request named it, if it did. */
  readonly named?: string
  /** The grant that the request is about, if it is about one and there is one. */
  readonly grant?: GrantRecord
}

/** How this vault keeps material that WebCrypto cannot hold. */
export interface CustodyRules extends MakeOptions {
  readonly sealer: Sealer
}

/** A request that has passed validation. */
export interface Request<Name extends OperationName> {
  readonly operation: Name
  readonly input: ValidInput<Name>
  readonly caller: Caller
  readonly realm: Realm
  readonly quotas: Quotas
  readonly custody: CustodyRules
  /** By whom new material is made. */
  readonly births: Births
  readonly requestId: string
  /** The moment of the request, milliseconds since 1970: one request sees one time. */
  readonly now: number
  /** Whether the vault is locked at rest: one request sees one state of it. */
  readonly isLocked: boolean
  readonly regions: OtherRegions
  /** What the request's `GrantToken` names. */
  readonly grantToken?: GrantToken | undefined
}

interface RowBase<Name extends OperationName> {
  /** Rules of single members that the API model does not state. Thrown before any key is looked up. */
  readonly check?: (input: ValidInput<Name>) => void
  /** Finds the keys that the request is about. Operations without one answer about the whole vault. */
  readonly targets?: (request: Request<Name>, reader: VaultReader) => Promise<readonly Target[]>
  /** IAM action for a target, where it is not the operation's own name. */
  readonly action?: (role: Target['role']) => string
  /** What else the caller must have a right to: aliases, or the vault itself (AUTHZ-16). */
  readonly rights?: (request: Request<Name>) => readonly Right[]
  /** Decides about the targets instead of policies and grants alone. */
  readonly authorize?: (request: Request<Name>, targets: readonly Target[], reader: VaultReader) => Promise<undefined>
  /** Rules that need the keys: usage and key type, and what else can be refused before the work begins. */
  readonly rules?: (request: Request<Name>, targets: readonly Target[]) => void
  /** What a key must be for; InvalidKeyUsageException otherwise. */
  readonly usage?: KeyUsage
  /** Members of the input for the audit record. Never anything secret. */
  readonly audited: readonly (keyof OperationInput<Name> & string)[]
}

/** Tells about keys: reads the database as it is. */
export interface ReadRow<Name extends OperationName> extends RowBase<Name> {
  readonly kind: 'read'
  readonly execute: (
    request: Request<Name>,
    targets: readonly Target[],
    region: Region,
  ) => Promise<OperationResult<Name>>
}

/** Uses keys: reads them through the cache. */
export interface UseRow<Name extends OperationName> extends RowBase<Name> {
  readonly kind: 'use'
  readonly execute: ReadRow<Name>['execute']
}

/** Changes the vault, in one transaction. */
export interface MutationRow<Name extends OperationName, Prepared = unknown> extends RowBase<Name> {
  readonly kind: 'mutation'
  /** Slow work that a transaction cannot wait for, such as making a key. It is done before the transaction begins. */
  readonly prepare?: (request: Request<Name>, targets: readonly Target[], region: Region) => Promise<Prepared>
  /** The request changes a set of multi-Region keys, and has it to itself from `prepare` to `complete`. */
  readonly ofSet?: true
  /** What has to follow once the transaction is committed, and what it adds to the answer. */
  readonly complete?: (
    request: Request<Name>,
    targets: readonly Target[],
    prepared: Prepared,
    region: Region,
    answer: OperationResult<Name>,
  ) => Promise<Partial<OperationResult<Name>> | undefined>
  readonly execute: (
    request: Request<Name>,
    targets: readonly Target[],
    transaction: VaultTransaction,
    prepared: Prepared,
  ) => Promise<OperationResult<Name>>
}

/** Runs a mutation in one transaction, over all that it touches. */
export type Mutate = <Result>(work: (transaction: VaultTransaction) => Promise<Result>) => Promise<Result>

/** How one operation takes the one way through; see pipeline.ts. */
export type OperationRow<Name extends OperationName> = ReadRow<Name> | UseRow<Name> | MutationRow<Name>

/** A row of any operation. */
export type AnyRow = OperationRow<OperationName>
/** A request of any operation. */
export type AnyRequest = Request<OperationName>

/** Rows of some operations. */
export type OperationRows = { readonly [Name in OperationName]?: OperationRow<Name> }
