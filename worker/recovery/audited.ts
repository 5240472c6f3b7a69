/** What recovery leaves in the audit trail: who did what with which protector, and nothing secret. */
import { errorRecord } from '../../src/contract/errors.js'
import { rootArn } from '../../src/contract/identifiers.js'
import { newEventId, type RecoveryEvent } from '../audit/audit-record.js'
import type { RecoveredRegion } from './recovered-region.js'

export type { RecoveryEvent }

/**
 * Does something, and records it, however it ends. The record is on its way to the disk before anybody is answered.
 *
 * @param work writes into `serviceEventDetails` what the record is to tell
 */
export async function audited<Result>(
  region: RecoveredRegion,
  { eventName, now }: { readonly eventName: RecoveryEvent; readonly now: number },
  work: (serviceEventDetails: Record<string, unknown>) => Promise<Result>,
): Promise<Result> {
  const { realm } = region
  const serviceEventDetails: Record<string, unknown> = {}
  const event = {
    eventId: newEventId(),
    eventTime: now,
    eventName,
    userArn: rootArn(realm),
    resources: [],
    serviceEventDetails,
  }
  try {
    const result = await work(serviceEventDetails)
    await region.record(event)
    return result
  } catch (error) {
    const { name: errorCode, message: errorMessage } = errorRecord(error)
    await region.record({ ...event, errorCode, errorMessage })
    throw error
  } finally {
    await region.flush()
  }
}
