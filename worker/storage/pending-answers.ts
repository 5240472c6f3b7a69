/**
 * What waits for answers of escrow holders where there is no vault yet: a backup's protector was asked, and the vault is
 * restored days later, by another page. One small database of the origin keeps it, because a vault that is to be restored has
 * none of its own; of a vault that is there, its record of recovery keeps the same.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { pendingAnswersName } from '../../src/contract/vault-names.js'
import { storageFailure } from './storage-failure.js'
import { unlessBlocked } from './unless-blocked.js'

/** What is kept, as far as this file knows it. */
export interface Pending {
  readonly protectorId: string
  readonly pairId: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

interface Row<Kept extends Pending> {
  readonly vaultId: string
  readonly pending: Kept
}

interface PendingSchema<Kept extends Pending> extends DBSchema {
  pending: { key: [vaultId: string, protectorId: string, pairId: string]; value: Row<Kept> }
}

const VERSION = 1

/** Milliseconds after which nobody waits any more: 30 days. What opens an answer is not to lie about for ever. */
export const ANSWER_LIFETIME = 30 * 86_400_000

/** Keeps one, in place of the one before of the same protector and pair. */
export function keepPending<Kept extends Pending>(vaultId: string, pending: Kept): Promise<void> {
  return use<Kept, void>(async (database) => {
    const transaction = database.transaction('pending', 'readwrite', { durability: 'strict' })
    await transaction.store.put({ vaultId, pending }, [vaultId, pending.protectorId, pending.pairId])
    await transaction.done
  })
}

/** Those of one vault. What is too old goes first, of whichever vault it is. */
export function pendingOf<Kept extends Pending>(vaultId: string, now: number): Promise<readonly Kept[]> {
  return use<Kept, readonly Kept[]>(async (database) => {
    const transaction = database.transaction('pending', 'readwrite')
    for await (const cursor of transaction.store)
      if (now - cursor.value.pending.createdAt > ANSWER_LIFETIME) await cursor.delete()
    const rows = await transaction.store.getAll(ofVault(vaultId))
    await transaction.done
    return rows.map(({ pending }) => pending)
  })
}

/** Forgets those of one vault. */
export function forgetPending(vaultId: string): Promise<void> {
  return use(async (database) => {
    const transaction = database.transaction('pending', 'readwrite', { durability: 'strict' })
    await transaction.store.delete(ofVault(vaultId))
    await transaction.done
  })
}

/** All keys that begin with it: a list sorts after every text. */
function ofVault(vaultId: string): IDBKeyRange {
  return IDBKeyRange.bound([vaultId], [vaultId, []])
}

async function use<Kept extends Pending, Result>(
  work: (database: IDBPDatabase<PendingSchema<Kept>>) => Promise<Result>,
): Promise<Result> {
  try {
    const opening = openDB<PendingSchema<Kept>>(pendingAnswersName, VERSION, {
      upgrade: (database) => void database.createObjectStore('pending'),
    })
    const database = await unlessBlocked(opening, 'that is restored')
    try {
      return await work(database)
    } finally {
      database.close()
    }
  } catch (error) {
    throw storageFailure(error)
  }
}
