/** What clients and managers take, read at their doors; see contract/reader.ts. */
import {
  abortSignal,
  callbackOf,
  flag,
  handleOf,
  oneOf,
  optional,
  type Reader,
  structure,
  unreadableValue,
  wholeNumber,
} from '../contract/reader.js'
import { type SuiteId, suiteIds, suiteName, suiteOf } from '../contract/suites.js'
import { dataWorkersChoice } from './data-workers/options.js'
import { expectedPairs, newContext } from './encryption-context.js'
import type { Keyring, MaterialsManager, MaterialsSource } from './materials.js'
import type { ClientOptions, DecryptOptions, DecryptStreamOptions, EncryptOptions, TaskOptions } from './options.js'
import { CommitmentPolicy } from './policies.js'

/** Encrypted data keys that a message can have, by the format. */
const MOST_ENCRYPTED_DATA_KEYS = 0xffff

/** Bytes of a frame: a number of 32 bits. */
export const frameLength: Reader<number> = wholeNumber({ min: 1, max: 0xffffffff })

const suiteId: Reader<SuiteId> = (value, path) => {
  if (typeof value !== 'number' || !suiteOf(value))
    throw unreadableValue(path, `must be the number of an algorithm suite: ${suiteIds.map(suiteName).join(', ')}`)
  return value as SuiteId
}

const task = {
  signal: optional(abortSignal),
  onProgress: optional(callbackOf<(bytesDone: number) => void>()),
}
const decryption = {
  ...task,
  maxFrameLength: optional(wholeNumber({ min: 1 })),
  maxBodyLength: optional(wholeNumber({})),
}
const release = { allowSigned: optional(flag), holdUntilVerified: optional(flag) }

export const taskOptions: Reader<TaskOptions> = structure(task)

export const encryptOptions: Reader<EncryptOptions> = structure({
  ...task,
  encryptionContext: optional(newContext),
  suiteId: optional(suiteId),
  frameLength: optional(frameLength),
  plaintextLength: optional(wholeNumber({})),
})

export const decryptOptions: Reader<DecryptOptions> = structure({
  ...decryption,
  encryptionContext: optional(expectedPairs),
})

export const decryptStreamOptions: Reader<DecryptStreamOptions> = structure({
  ...decryption,
  ...release,
  encryptionContext: optional(expectedPairs),
})

/** Where the pairs that are expected are an argument of their own. */
export const envelopeDecryptOptions: Reader<Omit<DecryptStreamOptions, 'encryptionContext'>> = structure({
  ...decryption,
  ...release,
})

export const commitmentPolicy: Reader<CommitmentPolicy> = oneOf(Object.values(CommitmentPolicy))

export const clientOptions: Reader<ClientOptions> = structure({
  commitmentPolicy: optional(commitmentPolicy),
  maxEncryptedDataKeys: optional(wholeNumber({ min: 1, max: MOST_ENCRYPTED_DATA_KEYS })),
  dataWorkers: optional(dataWorkersChoice),
})

const keyringMethods = ['wrap', 'unwrap']
const managerMethods = ['encryptionMaterials', 'decryptionMaterials']

export const keyring: Reader<Keyring> = handleOf('a keyring', (value) => hasMethods(value, keyringMethods))

export const materialsSource: Reader<Keyring | MaterialsManager> = handleOf<MaterialsSource>(
  'a keyring or a materials manager',
  (value) => hasMethods(value, keyringMethods) || hasMethods(value, managerMethods),
)

/** Something that can be listened to, of whichever window. */
export const eventTarget: Reader<EventTarget> = handleOf('an EventTarget', (value) =>
  hasMethods(value, ['addEventListener', 'removeEventListener']),
)

export function hasMethods(value: unknown, names: readonly string[]): boolean {
  const members = (value ?? {}) as Readonly<Record<string, unknown>>
  return names.every((name) => typeof members[name] === 'function')
}
