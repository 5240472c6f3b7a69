/**
 * The one way through. Every request takes the same steps, in the order of STATE-19; no handler repeats one and none
 * can skip one:
 *
 * validate → resolve → authorise → key state → usage and rules → [DryRun ends here] → execute → audit
 *
 * A mutation takes the steps from "resolve" inside its transaction, so that what was checked still holds when it is
 * written; where it has to prepare something slow first, it takes them twice.
 */
import {
  DryRunOperationException,
  errorRecord,
  InvalidKeyUsageException,
  KmsError,
  UnsupportedOperationException,
} from '../../src/contract/errors.js'
import { type KeyId, keyArn, newKeyId } from '../../src/contract/identifiers.js'
import { operations } from '../../src/contract/model.js'
import type { KeySpec, OperationName } from '../../src/contract/shapes.js'
import { readInput } from '../../src/contract/validation.js'
import { type AuditRecord, newEventId } from '../audit/audit-record.js'
import type { LastUsage } from '../audit/usage-log.js'
import { authorize, type Right } from '../authorization/authorize.js'
import { EvaluatorNotLoaded, loadEvaluator } from '../authorization/lazy-evaluator.js'
import { isOverdue, isTransitOver } from '../storage/deadlines.js'
import type { VaultReader } from '../storage/reader.js'
import type { KeyRecord } from '../storage/schema.js'
import { StaleBirth } from '../storage/stored-material.js'
import type { Moment } from '../storage/vault-clock.js'
import { lockedError } from './locked-keys.js'
import type { AnyRequest, AnyRow, GrantToken, LockState, Mutate, Region, Request, Sender, Target } from './row.js'
import { guardKeyState } from './state-guard.js'
import { FoundBefore, Unfound } from './targets.js'
import { auditRecord, createdKeys, type Trail } from './trail.js'

/**
 * What the pipeline works with, handed in by the composition (`vault/region-vault.ts`): it names no operation, and no
 * store, sweeper or set by itself.
 */
export interface PipelineServices {
  /** The row of an operation, at once if it is loaded; undefined if the operation is not built. */
  readonly rowOf: (operation: OperationName) => AnyRow | undefined | Promise<AnyRow | undefined>
  /** What rows are given. */
  readonly region: Region
  /** What every request is given. */
  readonly given: Pick<Request<never>, 'realm' | 'quotas' | 'custody' | 'births' | 'regions'>
  readonly readClock: () => Moment
  readonly lock: LockState
  /** Through the cache, for operations that use keys. */
  readonly cached: VaultReader
  /** The database as it is, for operations that tell about keys. */
  readonly stored: VaultReader
  readonly mutate: Mutate
  /** Takes a record; resolves at once unless the disk cannot keep up. */
  readonly record: (record: AuditRecord) => Promise<void> | undefined
  readonly noteUsage: (keyId: KeyId, usage: LastUsage) => void
  /** Counts a request. @throws ThrottlingException */
  readonly throttle: (
    request: AnyRequest,
    specs: readonly KeySpec[],
    changedKey: KeyId | undefined,
    now: number,
  ) => void
  /** @throws InvalidGrantTokenException */
  readonly openGrantToken: (token: string) => Promise<GrantToken>
  /** Does what has fallen due in the whole vault. */
  readonly catchUp: () => Promise<void>
  /** Does what has fallen due for one key. */
  readonly tend: (key: KeyRecord) => Promise<void>
  /** Runs work that has a set of multi-Region keys to itself. */
  readonly withSet: <Result>(keyId: KeyId, work: () => Promise<Result>) => Promise<Result>
}

/** Times that a request is taken up again because something had to be done or loaded for it first. */
const MOST_ATTEMPTS = 4
/** The same, because others were quicker to rotate the key, or recovery was set up meanwhile: each time one of them got on. */
const MOST_BIRTHS = 200

export class Pipeline {
  readonly #services: PipelineServices

  constructor(services: PipelineServices) {
    this.#services = services
  }

  /**
   * Answers one request.
   *
   * @param operation as it came; may be anything
   * @param input as it came; may be anything
   * @throws a KmsError, or a defect's own error
   */
  async run(sender: Sender, operation: unknown, input: unknown, requestId: string): Promise<unknown> {
    if (typeof operation !== 'string' || !Object.hasOwn(operations, operation))
      throw new UnsupportedOperationException('There is no such operation in the AWS KMS API.')
    const { record, readClock, lock } = this.#services
    const trail: Trail = {
      eventId: newEventId(),
      operation: operation as OperationName,
      sender,
      requestId,
      moment: readClock(),
      lockTurn: lock.turn,
      targets: [],
    }
    try {
      sender.mustBeConnected()
      const result = await this.#answer(trail, input)
      // What was found out for a connection that was taken back meanwhile is told to nobody.
      if (!trail.recorded) sender.mustBeConnected()
      if (!trail.recorded) await record(auditRecord(trail))
      if (trail.row?.kind === 'use') this.#noteUsage(trail)
      return result
    } catch (thrown) {
      const error = this.#lockedMeanwhile(trail, thrown) ?? thrown
      const { name, message } = errorRecord(error)
      await record({ ...auditRecord(trail), errorCode: name, errorMessage: message })
      throw error
    }
  }

  async #answer(trail: Trail, input: unknown): Promise<unknown> {
    const { operation, sender, requestId, moment } = trail
    const { caller } = sender
    const read = readInput(operation, input)
    const { rowOf, given, readClock, lock } = this.#services
    const found = rowOf(operation)
    // A row that is loaded is used without another turn of the microtask queue.
    const row = found instanceof Promise ? await found : found
    if (!row) throw new UnsupportedOperationException(`${operation} is not built yet in browser-kms.`)
    const { isLocked } = lock
    const asked: AnyRequest = { operation, input: read, caller, requestId, now: moment.now, isLocked, ...given }
    trail.request = asked
    trail.row = row
    row.check?.(read)
    if (row.kind !== 'use') await this.#services.catchUp()
    const grantToken = hasGrantTokens(read) ? await this.#openGrantTokens(read) : undefined
    const request = grantToken ? { ...asked, grantToken } : asked
    let births = 0
    for (let attempt = 1; ; attempt++) {
      trail.attempt = attempt
      try {
        return await this.#execute(row, request, trail)
      } catch (error) {
        if (error instanceof StaleBirth && ++births < MOST_BIRTHS) {
          attempt -= 1
          trail.moment = readClock()
          continue
        }
        if (attempt === MOST_ATTEMPTS) throw error
        if (error instanceof EvaluatorNotLoaded) await loadEvaluator()
        else if (error instanceof OverdueKey) await this.#services.tend(error.key)
        else throw error
        // What was done for the key is older than what is asked of it.
        trail.moment = readClock()
      }
    }
  }

  async #execute(row: AnyRow, request: AnyRequest, trail: Trail): Promise<unknown> {
    const { region, cached, stored, withSet } = this.#services
    if (row.kind !== 'mutation') {
      const reader = row.kind === 'use' ? cached : stored
      return row.execute(request, await this.#admit(row, request, reader, trail), region)
    }
    const { execute, prepare, complete } = row
    const mutate = async (targets?: readonly Target[]) => {
      const prepared = targets && (await prepare?.(request, targets, region))
      const answer = await this.#services.mutate(async (transaction) => {
        const admitted = await this.#admit(row, request, transaction, trail)
        const result = await execute(request, admitted, transaction, prepared)
        // The last moment at which nothing has happened: `revoke` waits for whatever passes it.
        trail.sender.mustBeConnected()
        transaction.audit(auditRecord(trail, createdKeys(result)))
        return result
      })
      trail.recorded = true
      if (complete) trail.sender.mustBeConnected()
      return { ...(answer as object), ...(await complete?.(request, trail.targets, prepared, region, answer)) }
    }
    if (!prepare) return mutate()
    const targets = await this.#admit(row, request, stored, trail)
    const key = targets[0]?.key
    return row.ofSet && key ? withSet(key.keyId, () => mutate(targets)) : mutate(targets)
  }

  /** Takes a request from "resolve" to "DryRun": what it returns may be used for what the request asks. */
  async #admit(row: AnyRow, request: AnyRequest, reader: VaultReader, trail: Trail): Promise<readonly Target[]> {
    const { operation } = request
    // Its connection may have been taken back since it was sent, or since it was prepared.
    trail.sender.mustBeConnected()
    const targets = row.targets ? await this.#resolve(row, request, reader, trail) : []
    // A refusal from here on is recorded with the keys that it is about (AUD-15).
    trail.targets = targets
    for (const { key } of targets)
      if (isOverdue(key, trail.moment) || (trail.attempt === 1 && isTransitOver(key, trail.moment)))
        throw new OverdueKey(key)
    const authorized = this.#authorize(row, request, targets, reader)
    if (authorized) await authorized
    for (const { role, key, arn } of targets) {
      const isCurrentAliasTarget = role === 'currentAliasTarget'
      const { state, origin } = key
      guardKeyState(operation, { arn, state, origin, isCurrentAliasTarget, isLocked: request.isLocked })
    }
    for (const { key, arn } of targets)
      if (row.usage !== undefined && key.keyUsage !== row.usage)
        throw new InvalidKeyUsageException(`${arn} key usage is ${key.keyUsage} which is not valid for ${operation}.`)
    row.rules?.(request, targets)
    this.#throttle(row, request, targets, trail)
    if ('DryRun' in request.input && request.input.DryRun === true)
      throw new DryRunOperationException('The request would have succeeded, but the DryRun option is set.')
    return targets
  }

  /**
   * Finds the keys that a request is about. Where one does not exist, its sender is refused like everybody who may not do
   * what it asks, and learns that there is none only if it could do it to a key of its account; and what else is wrong is
   * told to whom the keys may be told of that were found before.
   */
  async #resolve(row: AnyRow, request: AnyRequest, reader: VaultReader, trail: Trail): Promise<readonly Target[]> {
    try {
      return (await row.targets?.(request, reader)) ?? []
    } catch (error) {
      if (!(error instanceof Unfound) && !(error instanceof FoundBefore)) throw error
      trail.targets = error.before
      const rights = [...generalRights(row, request), ...error.before.map((target) => rightTo(row, request, target))]
      if (error instanceof Unfound)
        rights.push({ action: actionOn(row, request, error.role), ...unfoundAt(request, error.arn), isUnfound: true })
      for (const right of rights) await authorize(request, right, reader)
      throw error instanceof FoundBefore ? error.told : error
    }
  }

  /**
   * Each right is decided about by itself, in order.
   *
   * @returns nothing, at once, where nothing has to be looked up
   */
  #authorize(
    row: AnyRow,
    request: AnyRequest,
    targets: readonly Target[],
    reader: VaultReader,
  ): undefined | Promise<undefined> {
    const general = generalRights(row, request)
    const onKeys = targets.map((target) => rightTo(row, request, target))
    const isSameKey = targets.length === 2 ? targets[0]?.key.keyId === targets[1]?.key.keyId : undefined
    const claim = isSameKey === undefined ? request : { ...request, isSameKey }
    const rights = row.authorize ? general : [...general, ...onKeys]
    for (const [index, right] of rights.entries()) {
      const decided = authorize(claim, right, reader)
      if (decided) return this.#authorizeRest(decided, rights.slice(index + 1), row, claim, targets, reader)
    }
    return row.authorize?.(request, targets, reader)
  }

  async #authorizeRest(
    decided: Promise<undefined>,
    rest: readonly Right[],
    row: AnyRow,
    claim: AnyRequest,
    targets: readonly Target[],
    reader: VaultReader,
  ): Promise<undefined> {
    await decided
    for (const right of rest) await authorize(claim, right, reader)
    await row.authorize?.(claim, targets, reader)
  }

  /** A request counts once, however often it is taken up. */
  #throttle(row: AnyRow, request: AnyRequest, targets: readonly Target[], trail: Trail): void {
    if (trail.counted) return
    trail.counted = true
    const specs = targets.map(({ key }) => key.keySpec)
    const changedKey = row.kind === 'mutation' ? targets[0]?.key.keyId : undefined
    this.#services.throttle(request, specs, changedKey, request.now)
  }

  /**
   * Opens the grant tokens of a request. Grants count as soon as they are made, so that a token is not needed for its grant
   * to work (GRANT-28); one that this vault did not issue is refused.
   *
   * @returns what the token of RetireGrant names
   */
  async #openGrantTokens(input: AnyRequest['input']): Promise<GrantToken | undefined> {
    const { openGrantToken } = this.#services
    if ('GrantTokens' in input) for (const token of input.GrantTokens ?? []) await openGrantToken(token)
    return 'GrantToken' in input && input.GrantToken !== undefined ? openGrantToken(input.GrantToken) : undefined
  }

  #noteUsage({ operation, eventId, requestId, request, targets }: Trail): void {
    const at = request?.now ?? 0
    for (const { key } of targets) this.#services.noteUsage(key.keyId, { operation, at, eventId, requestId })
    if (targets.length > 0) this.#services.lock.noteUse()
  }

  /** The material that a request was about to use may be gone since: the vault was locked while it was on its way. */
  #lockedMeanwhile({ lockTurn, row, targets }: Trail, thrown: unknown): KmsError | undefined {
    if (row?.kind !== 'use' || lockTurn === this.#services.lock.turn) return undefined
    const isDefect = !(thrown instanceof KmsError) || (thrown.$fault === 'server' && thrown.reason === undefined)
    return isDefect || thrown.reason === 'locked' ? lockedError(targets[0]?.arn ?? 'The key') : undefined
  }
}

/** Time has changed a key, and its record does not show it yet: to be tended, and the request taken up again. */
class OverdueKey extends Error {
  readonly key: KeyRecord

  constructor(key: KeyRecord) {
    super('the key is overdue')
    this.key = key
  }
}

/** What a request needs to be allowed beside what it does to keys. */
function generalRights(row: AnyRow, request: AnyRequest): readonly Right[] {
  return row.rights?.(request) ?? (row.targets ? [] : [{ action: `kms:${request.operation}`, resource: '*' }])
}

/** Behind an alias that does not exist there would be some key: a right to aliases alone would not do. */
function unfoundAt({ realm }: AnyRequest, arn: string): Pick<Right, 'resource' | 'named'> {
  return arn.includes(':alias/') ? { resource: keyArn(realm, newKeyId()), named: arn } : { resource: arn }
}

function rightTo(row: AnyRow, request: AnyRequest, { role, key, arn, named }: Target): Right {
  return { action: actionOn(row, request, role), resource: arn, key, named }
}

function actionOn(row: AnyRow, { operation }: AnyRequest, role: Target['role']): string {
  return row.action?.(role) ?? `kms:${operation}`
}

function hasGrantTokens(input: AnyRequest['input']): boolean {
  return (
    ('GrantTokens' in input && input.GrantTokens !== undefined) ||
    ('GrantToken' in input && input.GrantToken !== undefined)
  )
}
