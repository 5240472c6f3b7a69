import { once } from '../../src/contract/once.js'
import type { OperationName } from '../../src/contract/shapes.js'
import type { AnyRow, OperationRow, OperationRows } from '../pipeline/row.js'
import { aliasRows } from './aliases.js'
import { encryptionRows } from './encryption.js'
import { keyRows } from './keys.js'
import { randomRows } from './random.js'

/** Rows by operation, as far as they are loaded: from the beginning those that most applications use. */
const rows: { [Name in OperationName]?: OperationRow<Name> } = {
  ...keyRows,
  ...encryptionRows,
  ...aliasRows,
  ...randomRows,
}

/** A group of operations whose rows are loaded when one of them is first asked for. */
function group<Name extends OperationName>(
  load: () => Promise<{ readonly [Each in Name]: OperationRow<Each> }>,
  ...names: readonly Name[]
): { readonly [Each in Name]: () => Promise<void> } {
  const loadOnce = once(async () => void Object.assign(rows, await load()))
  return Object.fromEntries(names.map((name) => [name, loadOnce])) as { [Each in Name]: () => Promise<void> }
}

const groups: { readonly [Name in OperationName]?: () => Promise<void> } = {
  ...group(
    async () => (await import('./key-policies.js')).keyPolicyRows,
    'GetKeyPolicy',
    'PutKeyPolicy',
    'ListKeyPolicies',
  ),
  ...group(async () => (await import('./signing.js')).signingRows, 'Sign', 'Verify'),
  ...group(async () => (await import('./macs.js')).macRows, 'GenerateMac', 'VerifyMac'),
  ...group(
    async () => (await import('./public-keys.js')).publicKeyRows,
    'GetPublicKey',
    'DeriveSharedSecret',
    'Encapsulate',
    'Decapsulate',
  ),
  ...group(
    async () => (await import('./data-key-pairs.js')).dataKeyPairRows,
    'GenerateDataKeyPair',
    'GenerateDataKeyPairWithoutPlaintext',
  ),
  ...group(
    async () => (await import('./grants.js')).grantRows,
    'CreateGrant',
    'ListGrants',
    'ListRetirableGrants',
    'RevokeGrant',
    'RetireGrant',
  ),
  ...group(
    async () => (await import('./rotation.js')).rotationRows,
    'EnableKeyRotation',
    'DisableKeyRotation',
    'GetKeyRotationStatus',
    'RotateKeyOnDemand',
    'ListKeyRotations',
  ),
  ...group(
    async () => (await import('./import.js')).importRows,
    'GetParametersForImport',
    'ImportKeyMaterial',
    'DeleteImportedKeyMaterial',
  ),
  ...group(async () => (await import('./multi-region.js')).multiRegionRows, 'ReplicateKey', 'UpdatePrimaryRegion'),
  ...group(async () => (await import('./tags.js')).tagRows, 'TagResource', 'UntagResource', 'ListResourceTags'),
  ...group(async () => (await import('./last-usage.js')).lastUsageRows, 'GetKeyLastUsage'),
  ...group(
    async () => (await import('./custom-key-stores.js')).customKeyStoreRows,
    'ConnectCustomKeyStore',
    'DeleteCustomKeyStore',
    'DescribeCustomKeyStores',
    'DisconnectCustomKeyStore',
    'UpdateCustomKeyStore',
  ),
}

/** Every operation that is built. The rest of the contract answers UnsupportedOperationException. */
export const builtOperations = [...Object.keys(rows), ...Object.keys(groups)] as readonly OperationName[]

/** The row of an operation, at once if it is loaded; undefined if the operation is not built. */
export function rowOf<Name extends OperationName>(operation: Name): OperationRows[Name] | Promise<OperationRows[Name]> {
  const loaded = (rows as OperationRows)[operation]
  const load = groups[operation]
  return loaded || !load ? loaded : load().then(() => (rows as OperationRows)[operation])
}

/** The same, for whoever has the operation's name from outside. */
export const anyRowOf = rowOf as (operation: OperationName) => AnyRow | undefined | Promise<AnyRow | undefined>
