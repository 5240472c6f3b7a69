import type { ErrorName } from '../../src/contract/errors.js'
import type { OperationName } from '../../src/contract/shapes.js'
import { runningIds } from './running-ids.js'

/** Events that no request asks for (AUD-2). `ClockSetBack` is this project's own (TIME-1). */
export type ServiceEvent =
  | 'ClockSetBack'
  | 'DeleteExpiredKeyMaterial'
  | 'DeleteKey'
  | 'RotateKey'
  | 'SynchronizeMultiRegionKey'

/** What is done to a vault's recovery, which AWS KMS has no operations for (chapter 10). */
export type RecoveryEvent =
  | 'AddProtector'
  | 'CreateBackup'
  | 'DisableLock'
  | 'EnableLock'
  | 'GetRecoveryStatus'
  | 'LockVault'
  | 'NoteReEncrypted'
  | 'RehearseRecovery'
  | 'RemoveProtector'
  | 'RenameProtector'
  | 'RenewRecoveryPair'
  | 'RequestEscrow'
  | 'SetUpRecovery'
  | 'UnlockVault'
  | 'VerifyProtector'

/**
 * What happened, in the fewest words; the names are CloudTrail's (ENC-60). The rest of a CloudTrail record follows
 * from these when it is read. It never holds plaintexts, ciphertexts or keys (ENC-61).
 */
export interface AuditRecord {
  readonly eventId: string
  /** Milliseconds since 1970. */
  readonly eventTime: number
  readonly eventName: OperationName | ServiceEvent | RecoveryEvent
  /** Absent for what the vault does by itself. */
  readonly userArn?: string
  /** Absent for what no request asked for. */
  readonly requestId?: string
  /** Members of the request as the caller sent them, without anything secret. */
  readonly requestParameters?: Readonly<Record<string, unknown>>
  /** What an event without a request has to say. */
  readonly serviceEventDetails?: Readonly<Record<string, unknown>>
  /** ARNs of the keys that were used, in the order of the request. */
  readonly resources: readonly string[]
  readonly errorCode?: ErrorName
  readonly errorMessage?: string
  /** How many failed requests of the principal the record stands for, itself among them, by their errors. */
  readonly countedFailures?: Readonly<Record<string, number>>
}

export const newEventId = runningIds()

/** The record of something that the vault did by itself. */
export function serviceEvent(
  eventName: ServiceEvent,
  eventTime: number,
  resources: readonly string[],
  serviceEventDetails: Readonly<Record<string, unknown>>,
): AuditRecord {
  return { eventId: newEventId(), eventTime, eventName, resources, serviceEventDetails }
}
