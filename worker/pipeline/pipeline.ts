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
  UnsupportedOperationException,
} from '../../src/contract/errors.js'
import { operations } from '../../src/contract/model.js'
import type { OperationName } from '../../src/contract/shapes.js'
import { readInput } from '../../src/contract/validation.js'
import type { AuditLog } from '../audit/audit-log.js'
import { type AuditRecord, newEventId } from '../audit/audit-record.js'
import { recordedParameters } from '../audit/recorded-parameters.js'
import { authorize, type Right } from '../authorization/authorize.js'
import type { Caller } from '../authorization/caller.js'
import { EvaluatorNotLoaded, loadEvaluator } from '../authorization/lazy-evaluator.js'
import type { Sweeper } from '../lifecycle/sweeper.js'
import { type GrantToken, openGrantToken } from '../operations/grant-tokens.js'
import { rowOf } from '../operations/table.js'
import { isOverdue, isTransitOver } from '../storage/deadlines.js'
import type { VaultReader } from '../storage/reader.js'
import type { KeyRecord } from '../storage/schema.js'
import type { Moment } from '../storage/vault-clock.js'
import type { VaultStore } from '../storage/vault-store.js'
import type { RegionVault } from '../vault/region-vault.js'
import type { Regions } from '../vault/regions.js'
import type { CustodyRules, OperationRow, Request, Target } from './row.js'
import { guardKeyState } from './state-guard.js'

type AnyRequest = Request<OperationName>
type AnyRow = OperationRow<OperationName>

export interface PipelineOptions {
  readonly region: RegionVault
  readonly regions: Regions
  readonly audit: AuditLog
  readonly sweeper: Sweeper
  readonly digestSigning: boolean
}

/** Times that a request is taken up again because something had to be done or loaded for it first. */
const MOST_ATTEMPTS = 4

export class Pipeline {
  readonly #options: PipelineOptions
  readonly #custody: CustodyRules

  constructor(options: PipelineOptions) {
    this.#options = options
    this.#custody = { digestSigning: options.digestSigning, sealer: options.region.sealer }
  }

  /**
   * Answers one request.
   *
   * @param operation as it came; may be anything
   * @param input as it came; may be anything
   * @throws a KmsError, or a defect's own error
   */
  async run(caller: Caller, operation: unknown, input: unknown, requestId: string): Promise<unknown> {
    if (typeof operation !== 'string' || !Object.hasOwn(operations, operation))
      throw new UnsupportedOperationException('There is no such operation in the AWS KMS API.')
    const { region, audit } = this.#options
    const trail: Trail = {
      eventId: newEventId(),
      operation: operation as OperationName,
      caller,
      requestId,
      moment: region.store.readClock(),
      targets: [],
    }
    try {
      const result = await this.#answer(trail, input)
      if (!trail.recorded) await audit.append(auditRecord(trail))
      if (trail.row?.kind === 'use') this.#noteUsage(trail)
      return result
    } catch (error) {
      const { name, message } = errorRecord(error)
      await audit.append({ ...auditRecord(trail), errorCode: name, errorMessage: message })
      throw error
    }
  }

  async #answer(trail: Trail, input: unknown): Promise<unknown> {
    const { operation, caller, requestId, moment } = trail
    const read = readInput(operation, input)
    const found = rowOf(operation)
    // A row that is loaded is used without another turn of the microtask queue.
    const row = (found instanceof Promise ? await found : found) as AnyRow | undefined
    if (!row) throw new UnsupportedOperationException(`${operation} is not built yet in browser-kms.`)
    const { region, regions } = this.#options
    const { realm, quotas } = region
    const custody = this.#custody
    const { now } = moment
    const asked: AnyRequest = { operation, input: read, caller, realm, quotas, custody, requestId, now, regions }
    trail.request = asked
    trail.row = row
    row.check?.(read)
    if (row.kind !== 'use') await this.#catchUp()
    const grantToken = hasGrantTokens(read) ? await openGrantTokens(read, region.store) : undefined
    const request = grantToken ? { ...asked, grantToken } : asked
    for (let attempt = 1; ; attempt++) {
      trail.attempt = attempt
      try {
        return await this.#execute(row, request, trail)
      } catch (error) {
        if (attempt === MOST_ATTEMPTS) throw error
        if (error instanceof EvaluatorNotLoaded) await loadEvaluator()
        else if (error instanceof OverdueKey) await this.#tend(error)
        else throw error
        // What was done for the key is older than what is asked of it.
        trail.moment = region.store.readClock()
      }
    }
  }

  async #execute(row: AnyRow, request: AnyRequest, trail: Trail): Promise<unknown> {
    const { region, regions } = this.#options
    const { store } = region
    if (row.kind !== 'mutation') {
      const reader = row.kind === 'use' ? store.cached : store.stored
      return row.execute(request, await this.#admit(row, request, reader, trail), region)
    }
    const { execute, prepare, complete } = row
    const mutate = async (targets?: readonly Target[]) => {
      const prepared = targets && (await prepare?.(request, targets, region))
      const answer = await store.mutate(async (transaction) => {
        const admitted = await this.#admit(row, request, transaction, trail)
        const result = await execute(request, admitted, transaction, prepared)
        transaction.audit(auditRecord(trail, createdKeys(result)))
        return result
      })
      trail.recorded = true
      return { ...(answer as object), ...(await complete?.(request, trail.targets, prepared, region, answer)) }
    }
    if (!prepare) return mutate()
    const targets = await this.#admit(row, request, store.stored, trail)
    const key = targets[0]?.key
    return row.ofSet && key ? regions.keySets.withLock(key.keyId, () => mutate(targets)) : mutate(targets)
  }

  /** Takes a request from "resolve" to "DryRun": what it returns may be used for what the request asks. */
  async #admit(row: AnyRow, request: AnyRequest, reader: VaultReader, trail: Trail): Promise<readonly Target[]> {
    const { operation } = request
    const targets = row.targets ? await row.targets(request, reader) : []
    // A refusal from here on is recorded with the keys that it is about (AUD-15).
    trail.targets = targets
    for (const { key } of targets)
      if (isOverdue(key, trail.moment) || (trail.attempt === 1 && isTransitOver(key, trail.moment)))
        throw new OverdueKey(key)
    const authorized = this.#authorize(row, request, targets, reader)
    if (authorized) await authorized
    for (const { role, key, arn } of targets) {
      const isCurrentAliasTarget = role === 'currentAliasTarget'
      guardKeyState(operation, { arn, state: key.state, origin: key.origin, isCurrentAliasTarget })
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
    const { operation } = request
    const general = row.rights?.(request) ?? (row.targets ? [] : [{ action: `kms:${operation}`, resource: '*' }])
    const onKeys = targets.map(({ role, key, arn }) => ({
      action: row.action?.(role) ?? `kms:${operation}`,
      resource: arn,
      key,
    }))
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
    this.#options.region.throttle.admit(request, specs, changedKey, request.now)
  }

  /** What looks at the whole vault, or changes it, sees it as time has made it. */
  async #catchUp(): Promise<void> {
    const { sweeper, regions } = this.#options
    await sweeper.sweepIfDue()
    await regions.keySets.settleIfDue()
  }

  async #tend({ key }: OverdueKey): Promise<void> {
    const { sweeper, regions, region } = this.#options
    if (key.state === 'Creating' || key.state === 'Updating')
      await regions.keySets.settle(key.keyId, region.realm.region)
    await sweeper.tend(key.keyId)
  }

  #noteUsage({ operation, eventId, requestId, request, targets }: Trail): void {
    const at = request?.now ?? 0
    for (const { key } of targets) this.#options.region.usage.note(key.keyId, { operation, at, eventId, requestId })
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

function hasGrantTokens(input: AnyRequest['input']): boolean {
  return (
    ('GrantTokens' in input && input.GrantTokens !== undefined) ||
    ('GrantToken' in input && input.GrantToken !== undefined)
  )
}

/**
 * Opens the grant tokens of a request. Grants count as soon as they are made, so that a token is not needed for its grant
 * to work (GRANT-28); one that this vault did not issue is refused.
 *
 * @returns what the token of RetireGrant names
 */
async function openGrantTokens(input: AnyRequest['input'], store: VaultStore): Promise<GrantToken | undefined> {
  if ('GrantTokens' in input) for (const token of input.GrantTokens ?? []) await openGrantToken(store, token)
  return 'GrantToken' in input && input.GrantToken !== undefined ? openGrantToken(store, input.GrantToken) : undefined
}

/** What is known of a request while it makes its way; the audit record is made of it, however far it came. */
interface Trail {
  readonly eventId: string
  readonly operation: OperationName
  readonly caller: Caller
  readonly requestId: string
  moment: Moment
  attempt?: number
  /** The request has been counted against its quotas. */
  counted?: boolean
  request?: AnyRequest
  row?: AnyRow
  targets: readonly Target[]
  /** The record was written with the mutation. */
  recorded?: boolean
}

function auditRecord(trail: Trail, created: readonly string[] = []): AuditRecord {
  const { eventId, operation, caller, requestId, moment, request, row, targets } = trail
  return {
    eventId,
    eventTime: moment.now,
    eventName: operation,
    userArn: caller.arn,
    requestId,
    requestParameters: recordedParameters(request?.input, row?.audited ?? []),
    resources: [...targets.map(({ arn }) => arn), ...created],
  }
}

/** CreateKey has no target when it begins; its record names the key it made. */
function createdKeys(answer: unknown): string[] {
  const { KeyMetadata } = answer as { KeyMetadata?: { Arn?: string } }
  return KeyMetadata?.Arn === undefined ? [] : [KeyMetadata.Arn]
}
