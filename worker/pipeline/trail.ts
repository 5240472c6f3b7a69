/** What is known of a request while it makes its way; its audit record is made of it, however far it came. */
import type { OperationName } from '../../src/contract/shapes.js'
import type { AuditRecord } from '../audit/audit-record.js'
import { recordedParameters } from '../audit/recorded-parameters.js'
import type { Moment } from '../storage/vault-clock.js'
import type { AnyRequest, AnyRow, Sender, Target } from './row.js'

export interface Trail {
  readonly eventId: string
  readonly operation: OperationName
  readonly sender: Sender
  readonly requestId: string
  moment: Moment
  /** Of the vault's lock, when the request came. */
  readonly lockTurn: number
  attempt?: number
  /** The request has been counted against its quotas. */
  counted?: boolean
  request?: AnyRequest
  row?: AnyRow
  targets: readonly Target[]
  /** The record was written with the mutation. */
  recorded?: boolean
}

export function auditRecord(trail: Trail, created: readonly string[] = []): AuditRecord {
  const { eventId, operation, sender, requestId, moment, request, row, targets } = trail
  return {
    eventId,
    eventTime: moment.now,
    eventName: operation,
    userArn: sender.caller.arn,
    requestId,
    requestParameters: recordedParameters(request?.input, row?.audited ?? []),
    resources: [...targets.map(({ arn }) => arn), ...created],
  }
}

/** CreateKey has no target when it begins; its record names the key it made. */
export function createdKeys(answer: unknown): string[] {
  const { KeyMetadata } = answer as { KeyMetadata?: { Arn?: string } }
  return KeyMetadata?.Arn === undefined ? [] : [KeyMetadata.Arn]
}
