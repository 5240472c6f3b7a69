/** Long work on a vault with recovery, and what is there after it was cut short. */
import { deleteVault, openVault, type Vault, VaultLostException } from 'browser-kms'
import { restoreVault } from 'browser-kms/recovery'

export type RecoveryWork = 'backup' | 'restore' | 'renewPair' | 'enable' | 'disable'

/** What outlives the browser. */
export interface Prepared {
  readonly recoveryCode: string
  readonly backup: Uint8Array
  readonly ciphertexts: readonly Uint8Array[]
  readonly keys: number
  /** Milliseconds that each work took when nothing came in between. */
  readonly took: Readonly<Record<RecoveryWork, number>>
}

const KEYS = 100
const otherRegion = 'browser-local-2'
const restoredName = (name: string) => `${name}-restored`

/** Makes a vault with keys of both custodies in two Regions, and does all work once. */
export async function prepareWork(name: string): Promise<Prepared> {
  const vault = await openVault({ name })
  const { recoveryCode = '' } = await vault.recovery.setUp([{ type: 'recoveryCode' }])
  const other = vault.region(otherRegion)
  const { KeyId } = (await vault.kms.createKey({ MultiRegion: true })).KeyMetadata
  await vault.kms.replicateKey({ KeyId, ReplicaRegion: otherRegion })
  const made = Array.from({ length: KEYS }, async (_, index) => {
    const sealed = { KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' } as const
    const kms = index % 10 === 0 ? other : vault.kms
    const { KeyId } = (await kms.createKey(index % 10 === 5 ? sealed : {})).KeyMetadata
    return index % 10 === 5 ? [] : [await encrypted(vault, kms === other ? otherRegion : 'browser-local-1', KeyId)]
  })
  const ciphertexts = [await encrypted(vault, otherRegion, KeyId), ...(await Promise.all(made)).flat()]
  const backup = new Uint8Array(await new Response(vault.backups.create()).arrayBuffer())
  const gesture = { recoveryCode, backup }
  const took: Partial<Record<RecoveryWork, number>> = {}
  for (const work of ['backup', 'restore', 'renewPair', 'enable', 'disable'] as const) {
    const started = performance.now()
    await doWork(vault, name, work, gesture)
    took[work] = performance.now() - started
  }
  await deleteVault(restoredName(name))
  await vault.close()
  return { recoveryCode, backup, ciphertexts, keys: KEYS + 2, took: took as Prepared['took'] }
}

async function encrypted(vault: Vault, region: string, KeyId: string): Promise<Uint8Array> {
  const { CiphertextBlob } = await vault.region(region).encrypt({ KeyId, Plaintext: new TextEncoder().encode(region) })
  return CiphertextBlob as Uint8Array
}

async function doWork(
  vault: Vault,
  name: string,
  work: RecoveryWork,
  { recoveryCode, backup }: Pick<Prepared, 'recoveryCode' | 'backup'>,
): Promise<unknown> {
  if (work === 'backup') return new Response(vault.backups.create()).arrayBuffer()
  if (work === 'restore') return restoreVault(new Uint8Array(backup), { recoveryCode }, { name: restoredName(name) })
  return work === 'renewPair' ? vault.recovery.renewPair({ recoveryCode }) : vault.lock[work]({ recoveryCode })
}

/** Begins work, and says that it has begun, for the browser to be killed some time later. */
export async function beginWork(
  name: string,
  work: RecoveryWork,
  prepared: Prepared,
  hasBegun: () => void,
): Promise<void> {
  const vault = await openVault({ name })
  await vault.recovery.status()
  hasBegun()
  await doWork(vault, name, work, prepared)
}

/** What a vault is like after an end that nobody expected. */
export interface Found {
  readonly isLockedAtRest: boolean
  /** Of all copies. */
  readonly rehearsal: { readonly ok: boolean; readonly keys: number; readonly problems: readonly unknown[] }
  readonly keysWithoutCopy: readonly string[]
  readonly isSettled: boolean
  readonly opened: number
}

/** Opens everything, with all copies and all ciphertexts. */
export async function lookAfterwards(name: string, { recoveryCode, ciphertexts }: Prepared): Promise<Found> {
  const vault = await openVault({ name })
  const isLockedAtRest = vault.locked
  if (isLockedAtRest) await vault.unlock({ recoveryCode })
  const isSettled = await vault.recovery.verify({ recoveryCode })
  const { ok, keys, problems } = await vault.recovery.rehearse({ recoveryCode })
  const { keysWithoutCopy } = await vault.recovery.status()
  const opened = await openedIn(vault, ciphertexts)
  await vault.close()
  return { isLockedAtRest, rehearsal: { ok, keys, problems }, keysWithoutCopy, isSettled, opened }
}

async function openedIn(vault: Vault, ciphertexts: readonly Uint8Array[]): Promise<number> {
  const all = ciphertexts.map(async (CiphertextBlob) => {
    const decrypt = (region: string) => vault.region(region).decrypt({ CiphertextBlob })
    const { Plaintext } = await decrypt('browser-local-1').catch(() => decrypt(otherRegion))
    return new TextDecoder().decode(Plaintext)
  })
  return (await Promise.all(all)).filter((text) => text.startsWith('browser-local-')).length
}

/** What there is under the name of a restore that was cut short: `all` of the vault, `nothing`, or something else. */
export async function lookAtRestored(name: string, prepared: Prepared): Promise<string> {
  const vault = await openRestored(name)
  if (!vault) return 'nothing'
  try {
    const lists = ['browser-local-1', otherRegion].map((region) => vault.region(region).listKeys({ Limit: 1000 }))
    const count = (await Promise.all(lists)).flatMap(({ Keys }) => Keys).length
    const { state } = await vault.recovery.status()
    if (count === 0 && state === 'none') return 'nothing'
    const { recoveryCode, ciphertexts, keys } = prepared
    const { ok } = await vault.recovery.rehearse({ recoveryCode })
    const isWhole = ok && count === keys && (await openedIn(vault, ciphertexts)) === ciphertexts.length
    return isWhole ? 'all' : `${count} keys, ${state}, ${ok}`
  } finally {
    await vault.close()
    await deleteVault(restoredName(name))
  }
}

/**
 * A browser writes `localStorage` a while after it was changed: one that was killed soon after a vault was deleted still says
 * that it was there, and that it is lost.
 */
async function openRestored(name: string): Promise<Vault | undefined> {
  try {
    return await openVault({ name: restoredName(name) })
  } catch (error) {
    if (!(error instanceof VaultLostException)) throw error
    await deleteVault(restoredName(name))
    return undefined
  }
}

/** Restores once more, right over what was left behind. @returns whether it is all there, or why it is not restored */
export async function restoreAgain(name: string, prepared: Prepared): Promise<string> {
  const { backup, recoveryCode } = prepared
  const said = await restoreVault(new Uint8Array(backup), { recoveryCode }, { name: restoredName(name) }).then(
    ({ ok }) => (ok ? 'restored' : 'problems'),
    ({ message }: Error) => message,
  )
  // Killed after the moment from which on it is a vault.
  if (said !== 'restored' && !said.includes('There is a vault')) return said
  return lookAtRestored(name, prepared)
}
