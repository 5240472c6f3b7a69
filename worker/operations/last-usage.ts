/** GetKeyLastUsage (DEL-32). */
import type { Value } from '../../src/contract/shapes.js'
import type { OperationRows, Target } from '../pipeline/row.js'
import { byKeyIdOrArn } from '../pipeline/targets.js'

export const lastUsageRows = {
  GetKeyLastUsage: {
    kind: 'read',
    audited: ['KeyId'],
    targets: byKeyIdOrArn,
    execute: async (_request, [target], region) => {
      const { key, arn } = target as Target
      // The last uses wait for the next commit of the audit log.
      await region.flush()
      const usage = await region.store.lastUsage(key.keyId)
      return {
        KeyId: arn,
        KeyCreationDate: new Date(key.createdAt),
        TrackingStartDate: new Date(region.store.trackingSince),
        ...(usage && {
          KeyLastUsage: {
            Operation: usage.operation as Value<'KeyLastUsageTrackingOperation'>,
            Timestamp: new Date(usage.at),
            CloudTrailEventId: usage.eventId,
            KmsRequestId: usage.requestId,
          },
        }),
      }
    },
  },
} satisfies OperationRows
