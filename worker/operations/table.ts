import { aliasRows } from './aliases.js'
import { encryptionRows } from './encryption.js'
import { keyPolicyRows } from './key-policies.js'
import { keyRows } from './keys.js'
import { randomRows } from './random.js'
import type { OperationRows } from './row.js'
import { tagRows } from './tags.js'

/** Every operation that is built. The rest of the contract answers UnsupportedOperationException. */
export const operationRows: OperationRows = {
  ...keyRows,
  ...aliasRows,
  ...tagRows,
  ...keyPolicyRows,
  ...encryptionRows,
  ...randomRows,
}
