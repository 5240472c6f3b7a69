import { aliasRows } from './aliases.js'
import { dataKeyPairRows } from './data-key-pairs.js'
import { encryptionRows } from './encryption.js'
import { importRows } from './import.js'
import { keyPolicyRows } from './key-policies.js'
import { keyRows } from './keys.js'
import { lastUsageRows } from './last-usage.js'
import { macRows } from './macs.js'
import { multiRegionRows } from './multi-region.js'
import { publicKeyRows } from './public-keys.js'
import { randomRows } from './random.js'
import { rotationRows } from './rotation.js'
import type { OperationRows } from './row.js'
import { signingRows } from './signing.js'
import { tagRows } from './tags.js'

/** Every operation that is built. The rest of the contract answers UnsupportedOperationException. */
export const operationRows: OperationRows = {
  ...keyRows,
  ...aliasRows,
  ...tagRows,
  ...keyPolicyRows,
  ...encryptionRows,
  ...randomRows,
  ...signingRows,
  ...macRows,
  ...publicKeyRows,
  ...dataKeyPairRows,
  ...rotationRows,
  ...importRows,
  ...multiRegionRows,
  ...lastUsageRows,
}
