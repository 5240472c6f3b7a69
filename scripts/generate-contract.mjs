#!/usr/bin/env node
/**
 * Writes `src/contract/model.ts`, `src/contract/exceptions.ts`, `worker/pipeline/key-states.ts`,
 * `worker/authorization/permissions.ts` and, for tests, `test/browser/fixtures/key-states.json` from the
 * machine-readable API model, key-state table and permission reference.
 *
 *     node scripts/generate-contract.mjs <kms-api.json> <key-states.json> <permissions.json>
 *
 * The results are committed, so nobody needs the inputs to build or test the project; run it again when the AWS model
 * gains an operation.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const [apiPath, statesPath, permissionsPath] = process.argv.slice(2)
if (!apiPath || !statesPath || !permissionsPath) {
  console.error('usage: node scripts/generate-contract.mjs <kms-api.json> <key-states.json> <permissions.json>')
  process.exit(2)
}
const api = JSON.parse(readFileSync(apiPath, 'utf8'))
const states = JSON.parse(readFileSync(statesPath, 'utf8'))
const permissions = JSON.parse(readFileSync(permissionsPath, 'utf8'))
const HEADER = (from) =>
  `// Written by scripts/generate-contract.mjs from ${from}: change that script, not this file.\n`

/**
 * Where the service is stricter than its published model. Each entry narrows one member of one request shape.
 * Sources: MGT-35 (page sizes), DEL-4 (waiting period), GRANT-22.
 */
const PAGE_50_100 = { type: 'integer', min: 1, max: 100 }
const STRICTER = {
  AliasPageLimit: [PAGE_50_100, ['ListAliasesRequest.Limit']],
  GrantPageLimit: [PAGE_50_100, ['ListGrantsRequest.Limit', 'ListRetirableGrantsRequest.Limit']],
  TagPageLimit: [{ type: 'integer', min: 1, max: 50 }, ['ListResourceTagsRequest.Limit']],
  DeletionWindowInDays: [{ type: 'integer', min: 7, max: 30 }, ['ScheduleKeyDeletionRequest.PendingWindowInDays']],
}
for (const [name, [shape, uses]] of Object.entries(STRICTER)) {
  api.shapes[name] = shape
  for (const use of uses) {
    const [structure, member] = use.split('.')
    if (!api.shapes[structure]?.members[member]) throw new Error(`${use} is gone from the model`)
    api.shapes[structure].members[member] = name
  }
}

const literal = (value) => JSON.stringify(value).replace(/"([A-Za-z_$][\w$]*)":/g, '$1: ')
const isException = (shape) => shape.exception === true

// ---- model.ts ---------------------------------------------------------------------------------------------------
const shapeLines = Object.entries(api.shapes)
  .filter(([, shape]) => !isException(shape))
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, shape]) => `  ${name}: ${literal(shape)},`)
const operationLines = Object.entries(api.operations).map(
  ([name, { input, output, errors }]) => `  ${name}: ${literal({ input, output: output ?? null, errors })},`,
)
writeFileSync(
  'src/contract/model.ts',
  `${HEADER('the AWS KMS API model')}
import type { OperationModel, Shape } from './api-model.js'

/** Every shape of the AWS KMS API that is not an error. \`min\` and \`max\` are lengths, or values for integers. */
export const shapes = {
${shapeLines.join('\n')}
} as const satisfies Record<string, Shape>

/** All ${operationLines.length} operations of AWS KMS: request shape, response shape, errors that the operation declares. */
export const operations = {
${operationLines.join('\n')}
} as const satisfies Record<string, OperationModel>
`,
)

// ---- exceptions.ts ----------------------------------------------------------------------------------------------
const SERVER_FAULTS = {
  KMSInternalException: 500,
  KeyUnavailableException: 500,
  DependencyTimeoutException: 503,
}
const COMMON = ['AccessDeniedException', 'NotAuthorizedException', 'ThrottlingException', 'ValidationException']
const RETRYABLE = [
  'DependencyTimeoutException',
  'KMSInternalException',
  'KeyUnavailableException',
  'ThrottlingException',
]
const exceptionNames = [
  ...Object.entries(api.shapes)
    .filter(([, shape]) => isException(shape))
    .map(([name]) => name),
  ...COMMON,
].sort()
writeFileSync(
  'src/contract/exceptions.ts',
  `${HEADER('the AWS KMS API model')}
import { KmsError } from './kms-error.js'

${exceptionNames
  .map((name) => {
    const fields = [`  override readonly name = '${name}'`]
    if (SERVER_FAULTS[name]) fields.push(`  static override readonly httpStatusCode: number = ${SERVER_FAULTS[name]}`)
    if (RETRYABLE.includes(name)) fields.push(`  static override readonly retryable: boolean = true`)
    return `/** AWS KMS \`${name}\`. */\nexport class ${name} extends KmsError {\n${fields.join('\n')}\n}`
  })
  .join('\n')}

/** Every error class by its AWS name; the errors that cross the worker boundary are revived with it. */
export const exceptions = {
${exceptionNames.map((name) => `  ${name},`).join('\n')}
} as const
`,
)

// ---- key-states.ts ----------------------------------------------------------------------------------------------
const text = (message) => message.replace('{keyArn} ', '')
const cell = ({ outcome, resolve }) => {
  if (!resolve) {
    if (outcome !== 'ok') throw new Error(`a cell '${outcome}' without rules`)
    return 'ok'
  }
  return resolve.map(({ when, result, error, message, effect }) => ({
    when,
    result,
    ...(error && { error, message: text(message) }),
    ...(effect && { effect }),
  }))
}
// The two newest operations are in no edition of the table; they use a key as Sign does.
const rows = {
  ...states.rows,
  ...states.extensions,
  Encapsulate: states.rows.Sign,
  Decapsulate: states.rows.Sign,
  ...deviations(states.rows),
}

/** Where newer behaviour of the service, or a decision of the specification, replaces cells of the table. */
function deviations({
  RotateKeyOnDemand,
  GetKeyRotationStatus,
  ListKeyRotations,
  UpdatePrimaryRegion,
  ReplicateKey,
  Encrypt,
}) {
  const ok = { outcome: 'ok' }
  // Symmetric keys of origin EXTERNAL can be rotated on demand (STATE-23, ROT-20, aws-facts 8): the origin is no reason
  // to refuse any more, the state still is.
  const statusRow = {
    Enabled: ok,
    Disabled: ok,
    PendingDeletion: ok,
    PendingReplicaDeletion: ok,
    PendingImport: ok,
    Creating: ok,
    Updating: ok,
  }
  const { Disabled, PendingDeletion, PendingReplicaDeletion, PendingImport } = Encrypt
  return {
    GetKeyRotationStatus: { ...GetKeyRotationStatus, ...statusRow },
    ListKeyRotations: { ...ListKeyRotations, ...statusRow },
    RotateKeyOnDemand: {
      ...RotateKeyOnDemand,
      Enabled: ok,
      Updating: ok,
      Disabled,
      PendingDeletion,
      PendingReplicaDeletion,
      PendingImport,
    },
    // One move of the primary ends before the next begins (MRK-13).
    UpdatePrimaryRegion: { ...UpdatePrimaryRegion, Updating: ReplicateKey.Updating },
  }
}
// Equal cells and equal rows are written once; the table is 336 cells of about 20 kinds.
const cells = new Map()
const cellName = (value) => {
  const key = JSON.stringify(value)
  if (!cells.has(key)) cells.set(key, { name: `c${cells.size}`, value })
  return cells.get(key).name
}
const distinct = new Map()
const byOperation = Object.entries(rows).map(([operation, row]) => {
  const body = states.columns.map((state) => `${state}: ${cellName(cell(row[state]))}`).join(', ')
  if (!distinct.has(body)) distinct.set(body, `row${distinct.size}`)
  return `  ${operation}: ${distinct.get(body)},`
})
writeFileSync(
  'worker/pipeline/key-states.ts',
  `${HEADER('the key-state truth table (STATE-13)')}
import type { OperationName } from '../../src/contract/shapes.js'
import type { KeyStateCell, KeyStateRow } from './key-state-rules.js'

${[...cells.values()].map(({ name, value }) => `const ${name}: KeyStateCell = ${literal(value)}`).join('\n')}

${[...distinct].map(([body, name]) => `const ${name}: KeyStateRow = { ${body} }`).join('\n')}

/** What each operation answers to a key in each state; operations that use no existing key have no row (STATE-14). */
export const keyStates: { readonly [Operation in OperationName]?: KeyStateRow } = {
${byOperation.join('\n')}
}
`,
)

// ---- test/browser/fixtures/key-states.json -----------------------------------------------------------------------
// The table as it is, without deviations, for tests to compare with. Equal cells are written once here too.
const testCells = new Map()
const testCellName = (value) => {
  const key = JSON.stringify(value)
  if (!testCells.has(key)) testCells.set(key, `c${testCells.size}`)
  return testCells.get(key)
}
const testRows = (from) =>
  Object.entries(from)
    .map(([name, row]) => {
      const names = states.columns.map((state) => testCellName(row[state]))
      return `    "${name}": [${names.map((each) => `"${each}"`).join(', ')}]`
    })
    .join(',\n')
const [printedRows, inferredRows] = [testRows(states.rows), testRows(states.extensions)]
const indented = (value) => JSON.stringify(value, null, 2).replaceAll('\n', '\n    ')
writeFileSync(
  'test/browser/fixtures/key-states.json',
  `{
  "columns": ${JSON.stringify(states.columns)},
  "cells": {
${[...testCells].map(([key, name]) => `    "${name}": ${indented(JSON.parse(key))}`).join(',\n')}
  },
  "rows": {
${printedRows}
  },
  "extensions": {
${inferredRows}
  }
}
`,
)

// ---- permissions.ts ---------------------------------------------------------------------------------------------
/** `kms:EncryptionContext:${ContextKey}` stands for all keys that begin so. */
const conditionKey = (name) => name.replace(/\$\{.*/, '').toLowerCase()
const common = permissions.keyOperationConditionKeys.map(conditionKey)
// The deprecated names mean the same (section 5 of the chapter).
common.push('kms:customermasterkeyspec', 'kms:customermasterkeyusage')
const special = new Map()
for (const { actions } of Object.values(permissions.operations))
  for (const { action, conditionKeys } of actions) {
    const keys = conditionKeys.map(conditionKey).filter((key) => !common.includes(key))
    special.set(action, [...new Set([...(special.get(action) ?? []), ...keys])].sort())
  }
// The two newest operations are in no edition of the reference; they are used as DeriveSharedSecret is.
for (const operation of ['Encapsulate', 'Decapsulate']) special.set(`kms:${operation}`, ['kms:requestalias'])
const identityOnly = Object.entries(permissions.conditionKeys)
  .filter(([, { policyTypes }]) => !policyTypes.includes('key-policy'))
  .map(([name]) => conditionKey(name))
// A policy that names another key of ours was mistyped.
const ours = Object.keys(permissions.conditionKeys).filter((name) => name.startsWith('kms:'))
const isFamily = (name) => name.includes('${')
const multiValued = Object.entries({ ...permissions.conditionKeys, ...permissions.globalConditionKeys })
  .filter(([, { cardinality }]) => cardinality === 'multi')
  .map(([name]) => conditionKey(name))
const crossAccount = Object.entries(permissions.operations)
  .filter(([, operation]) => operation.crossAccount)
  .map(([name]) => name)
writeFileSync(
  'worker/authorization/permissions.ts',
  `${HEADER('the permission reference (AUTHZ-70, section 10)')}
import type { OperationName } from '../../src/contract/shapes.js'

/** Operations that work on keys of another account at all. */
export const crossAccountOperations: ReadonlySet<OperationName> = new Set<OperationName>(${literal([...crossAccount, 'Encapsulate', 'Decapsulate'].sort())})

/** Condition keys of every action on a key, in lower case; one that ends in a slash or colon stands for all that begin so. */
export const keyConditionKeys: readonly string[] = ${literal(common)}

/** Condition keys that only identity policies see. */
export const identityOnlyConditionKeys: readonly string[] = ${literal(identityOnly)}

/** The condition keys of AWS KMS. */
export const kmsConditionKeys: readonly string[] = ${literal(ours.filter((name) => !isFamily(name)).map(conditionKey))}

/** What the other condition keys of AWS KMS begin with. */
export const kmsConditionKeyFamilies: readonly string[] = ${literal(ours.filter(isFamily).map(conditionKey))}

/** Condition keys with several values, which ask for a set operator (AUTHZ-24). */
export const multiValuedConditionKeys: readonly string[] = ${literal([...new Set(multiValued)])}

/** Condition keys of single actions, beside those. */
export const actionConditionKeys: Readonly<Record<string, readonly string[]>> = {
${[...special]
  .filter(([, keys]) => keys.length > 0)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([action, keys]) => `  '${action}': ${literal(keys)},`)
  .join('\n')}
}
`,
)
