import type { ErrorName } from '../../src/contract/errors.js'
import type { OperationName } from '../../src/contract/shapes.js'

/** Events that no request asks for. */
export type ServiceEvent = 'DeleteKey'

/**
 * What happened, in the fewest words; the names are CloudTrail's (ENC-60). The rest of a CloudTrail record follows
 * from these when it is read. It never holds plaintexts, ciphertexts or keys (ENC-61).
 */
export interface AuditRecord {
  /** Milliseconds since 1970. */
  readonly eventTime: number
  readonly eventName: OperationName | ServiceEvent
  /** Absent for what the vault does by itself. */
  readonly userArn?: string
  readonly requestId: string
  /** Members of the request as the caller sent them, without anything secret. */
  readonly requestParameters?: Readonly<Record<string, unknown>>
  /** ARNs of the keys that were used, in the order of the request. */
  readonly resources: readonly string[]
  readonly errorCode?: ErrorName
  readonly errorMessage?: string
}
