import { deleteVault, openVault } from 'browser-kms'

const DATABASE = 'browser-kms/many/browser-local-1'

/**
 * Makes a vault of so many keys: a few by the vault, the rest as copies of their records under other ids.
 *
 * @param members that all records get
 */
async function fill(count: number, members: object = {}): Promise<string> {
  const vault = await openVault({ name: 'many' })
  const { KeyMetadata } = await vault.kms.createKey()
  await vault.close()
  const database = await request(indexedDB.open(DATABASE))
  const read = database.transaction(['keys', 'materials'])
  const key = await request(read.objectStore('keys').get(KeyMetadata.KeyId))
  const [material] = await request(read.objectStore('materials').getAll())
  for (let done = 1; done < count; ) {
    const write = database.transaction(['keys', 'materials', 'vault'], 'readwrite')
    write.objectStore('keys').put({ ...key, ...members })
    for (let size = 0; size < 2_000 && done < count; size++, done++) {
      const keyId = crypto.randomUUID()
      write.objectStore('keys').put({ ...key, ...members, keyId })
      write.objectStore('materials').put({ ...material, keyId })
    }
    write.objectStore('vault').put({ keys: done, changes: done }, 'counters')
    await new Promise<void>((resolve, reject) => {
      write.oncomplete = () => resolve()
      write.onabort = () => reject(write.error)
    })
  }
  database.close()
  return KeyMetadata.KeyId
}

function request<T>(pending: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    pending.onsuccess = () => resolve(pending.result)
    pending.onerror = () => reject(pending.error)
  })
}

/** Milliseconds from opening an existing vault of so many keys to its first Encrypt, and to a page of ListKeys. */
export async function openingTimes(count: number, repetitions: number): Promise<{ open: number[]; list: number[] }> {
  await deleteVault('many')
  const KeyId = await fill(count)
  const open: number[] = []
  const list: number[] = []
  const Plaintext = new Uint8Array(1024)
  for (let round = 0; round < repetitions; round++) {
    const started = performance.now()
    const vault = await openVault({ name: 'many' })
    await vault.kms.encrypt({ KeyId, Plaintext })
    open.push(performance.now() - started)
    const listing = performance.now()
    await vault.kms.listKeys({ Limit: 100 })
    list.push(performance.now() - listing)
    await vault.close()
  }
  return { open, list }
}

const DAY = 86_400_000

/** Milliseconds from opening a vault to its first Encrypt, and until everything that was due is done. */
export interface CatchUpTimes {
  readonly firstEncrypt: number
  readonly caughtUp: number
  readonly rotations: number
}

/**
 * Opens a vault of so many keys with yearly rotation, three years after it was last open: every key is due for one
 * rotation, also the one of the first Encrypt.
 *
 * @param isDue false for the same vault with nothing due, to compare with
 */
export async function catchUpTimes(count: number, isDue: boolean): Promise<CatchUpTimes> {
  await deleteVault('many')
  const nextDate = Date.now() + (isDue ? -2 * 365 * DAY : DAY)
  const rotation = { periodInDays: 365, nextDate }
  const KeyId = await fill(count, { createdAt: nextDate - 365 * DAY, rotation, dueAt: nextDate })
  const Plaintext = new Uint8Array(1024)
  const started = performance.now()
  const vault = await openVault({ name: 'many' })
  await vault.kms.encrypt({ KeyId, Plaintext })
  const firstEncrypt = performance.now() - started
  // A list waits until it can show the vault as it is.
  const { Keys } = await vault.kms.listKeys({ Limit: 1000 })
  const caughtUp = performance.now() - started
  const listed = await Promise.all(Keys.map(({ KeyId }) => vault.kms.listKeyRotations({ KeyId: KeyId as string })))
  await vault.close()
  return {
    firstEncrypt,
    caughtUp,
    rotations: listed.reduce((sum, { Rotations = [] }) => sum + Rotations.length, 0) / listed.length,
  }
}

/** Opens the vault of many keys and touches every key once, for the memory of its worker to be measured. */
export async function useAllKeys(): Promise<void> {
  const { kms } = await openVault({ name: 'many' })
  const Plaintext = new Uint8Array(16)
  let Marker: string | undefined
  do {
    const page = await kms.listKeys({ Limit: 1000, ...(Marker && { Marker }) })
    await Promise.all(page.Keys.map(({ KeyId }) => kms.encrypt({ KeyId, Plaintext })))
    Marker = page.NextMarker
  } while (Marker !== undefined)
}
