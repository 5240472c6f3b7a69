/** The calls of recovery, as they arrive from the page that opened the vault. Loaded with the first. */
import { ValidationException } from '../../src/contract/errors.js'
import { keyArn } from '../../src/contract/identifiers.js'
import { once } from '../../src/contract/once.js'
import { read } from '../../src/contract/reader.js'
import {
  type RecoveryAnswers,
  type RecoveryCall,
  type RecoveryInput,
  recoveryCalls,
  recoveryMessage,
} from '../../src/contract/recovery.js'
import { rootCaller } from '../authorization/caller.js'
import { keyByAnyIdentifier } from '../pipeline/targets.js'
import type { Recovery } from '../recovery/recovery.js'
import { disable, enable, type LockScope, lockNow, setUpLocked, unlock } from '../recovery/rest-lock.js'
import type { Regions } from '../vault/regions.js'
import { lockWord } from './lock-word.js'

/** What calls are about. */
export interface RecoveryScope {
  readonly recovery: Recovery
  readonly regions: Regions
}

const loadBackups = once(() => import('../recovery/backup/calls.js'))

type Handlers = {
  readonly [Call in RecoveryCall]: (scope: RecoveryScope, input: RecoveryInput<Call>) => Promise<RecoveryAnswers[Call]>
}

const handlers: Handlers = {
  setUp: ({ recovery }, { protectors }) => recovery.setUp(protectors),
  status: ({ recovery }) => recovery.status(),
  verify: ({ recovery }, { gesture }) => recovery.verify(gesture),
  add: ({ recovery }, { gesture, protector }) => recovery.add(gesture, protector),
  remove: ({ recovery }, { gesture, protectorId }) => recovery.remove(gesture, protectorId),
  rename: ({ recovery }, { protectorId, label }) => recovery.rename(protectorId, label),
  renewPair: ({ recovery }, { gesture }) => recovery.renewPair(gesture),
  request: ({ recovery }, { protectorId }) => recovery.request(protectorId),
  passkeys: ({ recovery }) => recovery.passkeys(),
  createBackup: async ({ recovery }, input) => (await loadBackups()).answerCreateBackup(recovery, input),
  noteBackup: ({ recovery }, lastBackup) => recovery.noteBackup(lastBackup),
  rehearse: async ({ recovery }, input) => (await loadBackups()).answerRehearse(recovery, input),
  enableLock: async (scope, { gesture, afterIdle }) => {
    await enable(lockScope(scope), gesture, settings(afterIdle))
    return lockWord(scope.regions.lock)
  },
  disableLock: async (scope, { gesture }) => {
    await disable(lockScope(scope), gesture)
    return lockWord(scope.regions.lock)
  },
  lockNow: async ({ recovery, regions: { lock } }) => {
    await lockNow({ recovery, lock })
    return lockWord(lock)
  },
  unlock: async (scope, { gesture }) => {
    await unlock(lockScope(scope), gesture)
    return lockWord(scope.regions.lock)
  },
  lockState: async ({ recovery, regions: { lock } }) => ({
    isSetUp: (await recovery.read()) !== undefined,
    isAtRest: lock.isAtRest,
  }),
  setUpLocked: async (scope, { protectors, afterIdle }) => {
    const made = await setUpLocked(lockScope(scope), protectors, settings(afterIdle))
    return { ...made, lock: lockWord(scope.regions.lock) }
  },
  noteReEncrypted: async ({ recovery, regions }, { keyId }) => recovery.noteReEncrypted(await arnOf(regions, keyId)),
}

function lockScope({ recovery, regions }: RecoveryScope): LockScope {
  return { recovery, lock: regions.lock, allRegions: () => regions.openAll() }
}

const settings = (afterIdle: number | undefined) => (afterIdle === undefined ? {} : { afterIdle })

/**
 * Answers one call.
 *
 * @param message as it came; may be anything
 */
export async function answerRecovery(scope: RecoveryScope, message: unknown): Promise<unknown> {
  const { call, input } = read(recoveryMessage, message, 'recovery')
  const handle = handlers[call] as (scope: RecoveryScope, input: unknown) => Promise<unknown>
  return handle(scope, read(recoveryCalls[call], input, call))
}

/** The ARN of a key that is there. */
async function arnOf(regions: Regions, given: string): Promise<string> {
  const region = /^arn:aws:kms:([^:]+):/.exec(given)?.[1]
  if (region === undefined) throw new ValidationException('The key must be named by its ARN.')
  const { realm, store } = await regions.open(region)
  const { key } = await keyByAnyIdentifier({ realm, caller: rootCaller(realm) }, store.stored, given)
  return keyArn(realm, key.keyId)
}
