import { deleteVault, openVault, type Vault } from 'browser-kms'
import { rate } from './rate.js'

const passphrase = 'a passphrase of the benchmark'
const gesture = { passphrase }
const Plaintext = new Uint8Array(1024)

async function freshVault(name: string): Promise<Vault> {
  await deleteVault(name)
  return openVault({ name })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/** Milliseconds of a CreateKey, one at a time, and Encrypts a second with 64 in flight. */
export interface WorkingRates {
  readonly createKey: number
  readonly encrypt: number
}

/** Vaults that differ in their recovery alone, and take turns: `plain`, `recovery`, `unlocked`. */
export async function workingRates(rounds: number): Promise<Record<string, WorkingRates>[]> {
  const [plain, recovery, unlocked] = await Promise.all(['plain', 'recovery', 'unlocked'].map(freshVault))
  if (!plain || !recovery || !unlocked) throw new TypeError('no vaults')
  await recovery.recovery.setUp([{ type: 'passphrase', passphrase }])
  await unlocked.recovery.setUp([{ type: 'passphrase', passphrase }])
  await unlocked.lock.enable(gesture, {})
  await unlocked.unlock(gesture)
  const contenders = { plain, recovery, unlocked }
  const keys = new Map<Vault, string>()
  for (const vault of Object.values(contenders))
    keys.set(vault, (await vault.kms.createKey()).KeyMetadata.KeyId as string)
  const results: Record<string, WorkingRates>[] = []
  for (let round = -1; round < rounds; round++) {
    const measured: Record<string, WorkingRates> = {}
    for (const [name, { kms }] of Object.entries(contenders)) {
      const KeyId = keys.get(contenders[name as keyof typeof contenders]) as string
      const creations = 50
      const creating = await timed(async () => {
        for (let count = 0; count < creations; count++) await kms.createKey()
      })
      const encrypt = await rate({ name, run: () => kms.encrypt({ KeyId, Plaintext }) }, Plaintext, 64, 400)
      measured[name] = { createKey: creating / creations, encrypt }
    }
    if (round >= 0) results.push(measured)
  }
  for (const vault of Object.values(contenders)) await vault.close()
  return results
}

const backedUp: { vault?: Vault; file?: Blob } = {}

/** Makes the vault that {@link backUp} and {@link restore} are of. */
export async function fillVault(count: number): Promise<void> {
  const vault = await freshVault('backed-up')
  await vault.recovery.setUp([{ type: 'passphrase', passphrase }])
  for (let made = 0; made < count; made += 200)
    await Promise.all(Array.from({ length: 200 }, () => vault.kms.createKey()))
  backedUp.vault = vault
}

/** Milliseconds, and the size of the backup in bytes. */
export interface StepOfBackup {
  readonly time: number
  readonly bytes: number
}

export async function backUp(): Promise<StepOfBackup> {
  const { vault } = backedUp
  if (!vault) throw new TypeError('there is no vault to back up')
  let file = new Blob()
  const time = await timed(async () => {
    file = await new Response(vault.backups.create()).blob()
  })
  await vault.close()
  backedUp.file = file
  return { time, bytes: file.size }
}

export async function restore(): Promise<StepOfBackup> {
  const { file } = backedUp
  if (!file) throw new TypeError('there is no backup to restore')
  const { restoreVault } = await import('browser-kms/recovery')
  await deleteVault('restored')
  const time = await timed(() => restoreVault(file, gesture, { name: 'restored' }))
  return { time, bytes: file.size }
}

/** Milliseconds from a gesture to the first Encrypt, of that key and of the next one; and of the passphrase alone. */
export interface UnlockTimes {
  readonly unlockToFirstEncrypt: number
  readonly verify: number
  readonly nextKey: number
}

export async function unlockTimes(rounds: number): Promise<UnlockTimes[]> {
  const vault = await freshVault('locked')
  await vault.recovery.setUp([{ type: 'passphrase', passphrase }])
  await vault.lock.enable(gesture, {})
  const { kms } = vault
  const first = (await kms.createKey()).KeyMetadata.KeyId as string
  const next = (await kms.createKey()).KeyMetadata.KeyId as string
  const times: UnlockTimes[] = []
  for (let round = -1; round < rounds; round++) {
    await vault.lock.now()
    const verify = await timed(() => vault.recovery.verify(gesture))
    const unlockToFirstEncrypt = await timed(async () => {
      await vault.unlock(gesture)
      await kms.encrypt({ KeyId: first, Plaintext })
    })
    const nextKey = await timed(() => kms.encrypt({ KeyId: next, Plaintext }))
    if (round >= 0) times.push({ unlockToFirstEncrypt, verify, nextKey })
  }
  await vault.close()
  return times
}
