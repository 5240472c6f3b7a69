// Written by scripts/generate-contract.mjs from the key-state truth table (STATE-13): change that script, not this file.

import type { OperationName } from '../../src/contract/shapes.js'
import type { KeyStateCell, KeyStateRow } from './key-state-rules.js'

const c0: KeyStateCell = [
  { when: 'always', result: 'fail', error: 'KMSInvalidStateException', message: 'is not pending deletion.' },
]
const c1: KeyStateCell = 'ok'
const c2: KeyStateCell = [
  { when: 'always', result: 'fail', error: 'KMSInvalidStateException', message: 'is pending deletion.' },
]
const c3: KeyStateCell = [
  { when: 'always', result: 'fail', error: 'KMSInvalidStateException', message: 'is pending replica deletion.' },
]
const c4: KeyStateCell = [{ when: 'always', result: 'fail', error: 'DisabledException', message: 'is disabled.' }]
const c5: KeyStateCell = [
  { when: 'always', result: 'fail', error: 'KMSInvalidStateException', message: 'is pending import.' },
]
const c6: KeyStateCell = [
  { when: 'always', result: 'fail', error: 'KMSInvalidStateException', message: 'is creating.' },
]
const c7: KeyStateCell = [
  { when: 'always', result: 'fail', error: 'KMSInvalidStateException', message: 'is unavailable.' },
]
const c8: KeyStateCell = [
  {
    when: 'originNotExternal',
    result: 'fail',
    error: 'UnsupportedOperationException',
    message: 'origin is {origin} which is not valid for this operation.',
  },
  { when: 'otherwise', result: 'ok', effect: 'stateBecomesPendingImport' },
]
const c9: KeyStateCell = [
  {
    when: 'originNotExternal',
    result: 'fail',
    error: 'UnsupportedOperationException',
    message: 'origin is {origin} which is not valid for this operation.',
  },
  { when: 'otherwise', result: 'ok', effect: 'stateUnchanged' },
]
const c10: KeyStateCell = [{ when: 'always', result: 'ok', effect: 'none' }]
const c11: KeyStateCell = [{ when: 'always', result: 'unreachable' }]
const c12: KeyStateCell = [
  { when: 'always', result: 'fail', error: 'KMSInvalidStateException', message: 'is updating.' },
]
const c13: KeyStateCell = [{ when: 'always', result: 'ok', effect: 'deferredUntilAvailable' }]
const c14: KeyStateCell = [
  {
    when: 'originExternalOrCustomKeyStore',
    result: 'fail',
    error: 'UnsupportedOperationException',
    message: 'origin is {origin} which is not valid for this operation.',
  },
  { when: 'otherwise', result: 'ok' },
]
const c15: KeyStateCell = [
  {
    when: 'originExternalOrCustomKeyStore',
    result: 'fail',
    error: 'UnsupportedOperationException',
    message: 'origin is {origin} which is not valid for this operation.',
  },
  { when: 'otherwise', result: 'fail', error: 'DisabledException', message: 'is disabled.' },
]
const c16: KeyStateCell = [
  {
    when: 'originExternalOrCustomKeyStore',
    result: 'fail',
    error: 'UnsupportedOperationException',
    message: 'origin is {origin} which is not valid for this operation.',
  },
  { when: 'otherwise', result: 'fail', error: 'KMSInvalidStateException', message: 'is pending deletion.' },
]
const c17: KeyStateCell = [
  {
    when: 'originExternalOrCustomKeyStore',
    result: 'fail',
    error: 'UnsupportedOperationException',
    message: 'origin is {origin} which is not valid for this operation.',
  },
  { when: 'otherwise', result: 'fail', error: 'KMSInvalidStateException', message: 'is pending replica deletion.' },
]
const c18: KeyStateCell = [
  {
    when: 'always',
    result: 'fail',
    error: 'UnsupportedOperationException',
    message: 'origin is {origin} which is not valid for this operation.',
  },
]
const c19: KeyStateCell = [
  {
    when: 'originNotExternal',
    result: 'fail',
    error: 'UnsupportedOperationException',
    message: 'origin is {origin} which is not valid for this operation.',
  },
  { when: 'otherwise', result: 'ok' },
]
const c20: KeyStateCell = [
  {
    when: 'originNotExternal',
    result: 'fail',
    error: 'UnsupportedOperationException',
    message: 'origin is {origin} which is not valid for this operation.',
  },
  { when: 'otherwise', result: 'fail', error: 'KMSInvalidStateException', message: 'is pending deletion.' },
]
const c21: KeyStateCell = [
  {
    when: 'originNotExternal',
    result: 'fail',
    error: 'UnsupportedOperationException',
    message: 'origin is {origin} which is not valid for this operation.',
  },
  { when: 'otherwise', result: 'fail', error: 'KMSInvalidStateException', message: 'is pending replica deletion.' },
]
const c22: KeyStateCell = [
  { when: 'keyIsNewAliasTarget', result: 'fail', error: 'KMSInvalidStateException', message: 'is pending deletion.' },
  { when: 'keyIsCurrentAliasTarget', result: 'ok' },
]
const c23: KeyStateCell = [
  {
    when: 'keyIsNewAliasTarget',
    result: 'fail',
    error: 'KMSInvalidStateException',
    message: 'is pending replica deletion.',
  },
  { when: 'keyIsCurrentAliasTarget', result: 'ok' },
]

const row0: KeyStateRow = {
  Enabled: c0,
  Disabled: c0,
  PendingDeletion: c1,
  PendingReplicaDeletion: c1,
  PendingImport: c0,
  Unavailable: c0,
  Creating: c0,
  Updating: c0,
}
const row1: KeyStateRow = {
  Enabled: c1,
  Disabled: c1,
  PendingDeletion: c2,
  PendingReplicaDeletion: c3,
  PendingImport: c1,
  Unavailable: c1,
  Creating: c1,
  Updating: c1,
}
const row2: KeyStateRow = {
  Enabled: c1,
  Disabled: c4,
  PendingDeletion: c2,
  PendingReplicaDeletion: c3,
  PendingImport: c5,
  Unavailable: c1,
  Creating: c6,
  Updating: c1,
}
const row3: KeyStateRow = {
  Enabled: c1,
  Disabled: c4,
  PendingDeletion: c2,
  PendingReplicaDeletion: c3,
  PendingImport: c5,
  Unavailable: c7,
  Creating: c6,
  Updating: c1,
}
const row4: KeyStateRow = {
  Enabled: c1,
  Disabled: c1,
  PendingDeletion: c1,
  PendingReplicaDeletion: c1,
  PendingImport: c1,
  Unavailable: c1,
  Creating: c1,
  Updating: c1,
}
const row5: KeyStateRow = {
  Enabled: c8,
  Disabled: c8,
  PendingDeletion: c9,
  PendingReplicaDeletion: c9,
  PendingImport: c10,
  Unavailable: c11,
  Creating: c6,
  Updating: c12,
}
const row6: KeyStateRow = {
  Enabled: c1,
  Disabled: c1,
  PendingDeletion: c2,
  PendingReplicaDeletion: c3,
  PendingImport: c5,
  Unavailable: c13,
  Creating: c6,
  Updating: c12,
}
const row7: KeyStateRow = {
  Enabled: c14,
  Disabled: c15,
  PendingDeletion: c16,
  PendingReplicaDeletion: c17,
  PendingImport: c18,
  Unavailable: c18,
  Creating: c6,
  Updating: c14,
}
const row8: KeyStateRow = {
  Enabled: c1,
  Disabled: c4,
  PendingDeletion: c2,
  PendingReplicaDeletion: c3,
  PendingImport: c5,
  Unavailable: c11,
  Creating: c6,
  Updating: c1,
}
const row9: KeyStateRow = {
  Enabled: c1,
  Disabled: c1,
  PendingDeletion: c1,
  PendingReplicaDeletion: c1,
  PendingImport: c1,
  Unavailable: c18,
  Creating: c1,
  Updating: c1,
}
const row10: KeyStateRow = {
  Enabled: c19,
  Disabled: c19,
  PendingDeletion: c20,
  PendingReplicaDeletion: c21,
  PendingImport: c1,
  Unavailable: c18,
  Creating: c6,
  Updating: c12,
}
const row11: KeyStateRow = {
  Enabled: c1,
  Disabled: c1,
  PendingDeletion: c2,
  PendingReplicaDeletion: c3,
  PendingImport: c5,
  Unavailable: c11,
  Creating: c6,
  Updating: c1,
}
const row12: KeyStateRow = {
  Enabled: c19,
  Disabled: c19,
  PendingDeletion: c20,
  PendingReplicaDeletion: c21,
  PendingImport: c1,
  Unavailable: c18,
  Creating: c6,
  Updating: c1,
}
const row13: KeyStateRow = {
  Enabled: c1,
  Disabled: c4,
  PendingDeletion: c2,
  PendingReplicaDeletion: c3,
  PendingImport: c5,
  Unavailable: c11,
  Creating: c6,
  Updating: c12,
}
const row14: KeyStateRow = {
  Enabled: c1,
  Disabled: c4,
  PendingDeletion: c2,
  PendingReplicaDeletion: c3,
  PendingImport: c5,
  Unavailable: c18,
  Creating: c6,
  Updating: c1,
}
const row15: KeyStateRow = {
  Enabled: c1,
  Disabled: c1,
  PendingDeletion: c2,
  PendingReplicaDeletion: c3,
  PendingImport: c1,
  Unavailable: c1,
  Creating: c1,
  Updating: c12,
}
const row16: KeyStateRow = {
  Enabled: c1,
  Disabled: c1,
  PendingDeletion: c22,
  PendingReplicaDeletion: c23,
  PendingImport: c1,
  Unavailable: c1,
  Creating: c1,
  Updating: c1,
}

/** What each operation answers to a key in each state; operations that use no existing key have no row (STATE-14). */
export const keyStates: { readonly [Operation in OperationName]?: KeyStateRow } = {
  CancelKeyDeletion: row0,
  CreateAlias: row1,
  CreateGrant: row2,
  Decrypt: row3,
  DeleteAlias: row4,
  DeleteImportedKeyMaterial: row5,
  DescribeKey: row4,
  DisableKey: row6,
  DisableKeyRotation: row7,
  EnableKey: row6,
  EnableKeyRotation: row7,
  Encrypt: row3,
  GenerateDataKey: row3,
  GenerateDataKeyPair: row3,
  GenerateDataKeyPairWithoutPlaintext: row3,
  GenerateDataKeyWithoutPlaintext: row3,
  GenerateMac: row8,
  GetKeyPolicy: row4,
  GetKeyRotationStatus: row9,
  GetParametersForImport: row10,
  GetPublicKey: row11,
  ImportKeyMaterial: row12,
  ListAliases: row4,
  ListGrants: row4,
  ListKeyPolicies: row4,
  ListKeyRotations: row9,
  ListResourceTags: row4,
  PutKeyPolicy: row4,
  ReEncrypt: row3,
  ReplicateKey: row13,
  RetireGrant: row4,
  RevokeGrant: row4,
  RotateKeyOnDemand: row14,
  ScheduleKeyDeletion: row15,
  Sign: row8,
  TagResource: row1,
  UntagResource: row1,
  UpdateAlias: row16,
  UpdateKeyDescription: row1,
  UpdatePrimaryRegion: row13,
  Verify: row8,
  VerifyMac: row8,
  DeriveSharedSecret: row8,
  GetKeyLastUsage: row4,
  ListKeys: row4,
  ListRetirableGrants: row4,
  Encapsulate: row8,
  Decapsulate: row8,
}
