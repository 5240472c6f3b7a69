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
  InvalidGrantTokenException,
  InvalidKeyUsageException,
  UnsupportedOperationException,
} from '../src/contract/errors.js'
import type { Realm } from '../src/contract/identifiers.js'
import { operations } from '../src/contract/model.js'
import type { OperationName } from '../src/contract/shapes.js'
import { readInput } from '../src/contract/validation.js'
import type { AuditLog } from './audit/audit-log.js'
import type { AuditRecord } from './audit/audit-record.js'
import { authorize } from './authorization/authorize.js'
import type { Caller } from './authorization/caller.js'
import type { CustodyRules, OperationRow, Request, Target } from './operations/row.js'
import { operationRows } from './operations/table.js'
import type { Quotas } from './quotas.js'
import { guardKeyState } from './state-guard.js'
import type { VaultReader } from './storage/reader.js'
import type { VaultStore } from './storage/vault-store.js'

type AnyRequest = Request<OperationName>
type AnyRow = OperationRow<OperationName>

export interface PipelineOptions {
  readonly store: VaultStore
  readonly audit: AuditLog
  readonly realm: Realm
  readonly quotas: Quotas
  readonly custody: CustodyRules
  readonly now: () => number
}

export class Pipeline {
  readonly #options: PipelineOptions

  constructor(options: PipelineOptions) {
    this.#options = options
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
    const trail: Trail = {
      operation: operation as OperationName,
      caller,
      requestId,
      now: this.#options.now(),
      targets: [],
    }
    try {
      const result = await this.#answer(trail, input)
      if (!trail.recorded) await this.#options.audit.append(auditRecord(trail))
      return result
    } catch (error) {
      const { name, message } = errorRecord(error)
      await this.#options.audit.append({ ...auditRecord(trail), errorCode: name, errorMessage: message })
      throw error
    }
  }

  async #answer(trail: Trail, input: unknown): Promise<unknown> {
    const { operation, caller, requestId, now } = trail
    const row = operationRows[operation] as AnyRow | undefined
    const read = readInput(operation, input)
    if (!row) throw new UnsupportedOperationException(`${operation} is not built yet in browser-kms.`)
    const { realm, quotas, custody, store } = this.#options
    const request: AnyRequest = { operation, input: read, caller, realm, quotas, custody, requestId, now }
    trail.request = request
    trail.row = row
    row.check?.(read)
    if (row.kind !== 'mutation') {
      const reader = row.kind === 'use' ? store.cached : store.stored
      return row.execute(request, await admit(row, request, reader, trail), store)
    }
    const { execute, prepare } = row
    let prepared: unknown
    if (prepare) {
      await admit(row, request, store.stored, trail)
      prepared = await prepare(request)
    }
    const result = await store.mutate(async (transaction) => {
      const targets = await admit(row, request, transaction, trail)
      const answer = await execute(request, targets, transaction, prepared)
      transaction.audit(auditRecord(trail, createdKeys(answer)))
      return answer
    })
    trail.recorded = true
    return result
  }
}

/** Takes a request from "resolve" to "DryRun": what it returns may be used for what the request asks. */
async function admit(row: AnyRow, request: AnyRequest, reader: VaultReader, trail: Trail): Promise<readonly Target[]> {
  const { operation, caller } = request
  const targets = row.targets ? await row.targets(request, reader) : []
  // A refusal from here on is recorded with the keys that it is about (AUD-15).
  trail.targets = targets
  if (targets.length === 0) authorize(caller, `kms:${operation}`, '*')
  for (const { role, arn } of targets) authorize(caller, row.action?.(role) ?? `kms:${operation}`, arn)
  refuseGrantTokens(request.input)
  for (const { role, key, arn } of targets) {
    const isCurrentAliasTarget = role === 'currentAliasTarget'
    guardKeyState(operation, { arn, state: key.state, origin: key.origin, isCurrentAliasTarget })
  }
  for (const { key, arn } of targets)
    if (row.usage !== undefined && key.keyUsage !== row.usage)
      throw new InvalidKeyUsageException(`${arn} key usage is ${key.keyUsage} which is not valid for ${operation}.`)
  row.rules?.(request, targets)
  if ('DryRun' in request.input && request.input.DryRun === true)
    throw new DryRunOperationException('The request would have succeeded, but the DryRun option is set.')
  return targets
}

/** There are no grants yet, hence no valid grant token. */
function refuseGrantTokens(input: AnyRequest['input']): void {
  if ('GrantTokens' in input && input.GrantTokens && input.GrantTokens.length > 0)
    throw new InvalidGrantTokenException('No grant has such a token: grants are not built yet in browser-kms.')
}

/** What is known of a request while it makes its way; the audit record is made of it, however far it came. */
interface Trail {
  readonly operation: OperationName
  readonly caller: Caller
  readonly requestId: string
  readonly now: number
  request?: AnyRequest
  row?: AnyRow
  targets: readonly Target[]
  /** The record was written with the mutation. */
  recorded?: boolean
}

function auditRecord(trail: Trail, created: readonly string[] = []): AuditRecord {
  const { operation, caller, requestId, now, request, row, targets } = trail
  const parameters: Record<string, unknown> = {}
  for (const member of row?.audited ?? []) {
    const value = (request?.input as Record<string, unknown> | undefined)?.[member]
    if (value !== undefined) parameters[member] = value
  }
  return {
    eventTime: now,
    eventName: operation,
    userArn: caller.arn,
    requestId,
    requestParameters: parameters,
    resources: [...targets.map(({ arn }) => arn), ...created],
  }
}

/** CreateKey has no target when it begins; its record names the key it made. */
function createdKeys(answer: unknown): string[] {
  const { KeyMetadata } = answer as { KeyMetadata?: { Arn?: string } }
  return KeyMetadata?.Arn === undefined ? [] : [KeyMetadata.Arn]
}
