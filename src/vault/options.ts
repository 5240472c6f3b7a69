/** What `openVault` takes. */

import { type VaultQuotas, vaultQuotas } from '../contract/quotas.js'
import { abortSignal, flag, handleOf, kindOf, oneOf, optional, structure, text, textOr } from '../contract/reader.js'
import type { LockOptions } from '../contract/recovery.js'
import { accountId, regionName, vaultName } from '../contract/vault-names.js'
import { type DataWorkersOptions, dataWorkersChoice } from '../envelope/data-workers/options.js'
import type { ProtectorOptions } from './gestures.js'

/** What `openVault` takes; every member has a default. */
export interface VaultOptions {
  /** Name of the vault: each has its own keys. 1 to 128 letters, digits, spaces or any of `. _ @ -`. Default `default`. */
  readonly name?: string
  /** Region of `Vault.kms`; shows in every ARN. Default `browser-local-1`. */
  readonly region?: string
  /** Twelve digits; shows in every ARN. Fixed when the vault is made. Default `000000000000`. */
  readonly accountId?: string
  /**
   * Lets keys that are made from now on sign digests (`MessageType: 'DIGEST'`, Ed25519ph, ML-DSA's `EXTERNAL_MU`), which
   * WebCrypto cannot do: their private bytes are then sealed instead of native, and opened in the worker for each
   * signature. Script injected into the origin could open a sealed key. Default false.
   */
  readonly digestSigning?: boolean
  /**
   * `required` makes no key that could be lost: where recovery was not set up (`vault.recovery.setUp`), what would make key
   * material gets `KMSInvalidStateException`. Default `optional`.
   */
  readonly recovery?: 'required' | 'optional'
  /**
   * Locks the vault at rest from its beginning, and sets recovery up for that: nothing that can be used was ever in the
   * browser's storage then. It is unlocked when it was made, and opens locked from then on: see `Vault.unlock`. A vault that is
   * locked at rest already is opened as it is; one that has keys without a sealed copy is refused.
   *
   * @example
   * ```ts
   * const vault = await openVault({
   *   lock: {
   *     protectors: [{ type: 'passphrase', passphrase }, { type: 'recoveryCode' }],
   *     afterIdle: 10 * 60_000,
   *     onRecoveryCode: showOnce,
   *   },
   * })
   * ```
   */
  readonly lock?: LockAtCreation
  /**
   * The worker that is to be the HSM, or the URL of its file, if it is not the one that comes with the package: for
   * pages under Trusted Types, and for applications that build their own (see `browser-kms/worker`).
   */
  readonly worker?: Worker | URL | string | TrustedScriptURL
  /**
   * How many keys, aliases and tags there may be, and how often requests may come; AWS's numbers by default, and no limit
   * to requests. What exceeds one gets `LimitExceededException` or `ThrottlingException`. Each opening counts its own
   * requests.
   *
   * @example
   * ```ts
   * const vault = await openVault({ quotas: { keys: 100, requests: 'current' } })
   * ```
   */
  readonly quotas?: VaultQuotas
  /**
   * Workers for the bulk data of `Vault.envelope`: how many, and where their file is, or `false` for none. Default: a
   * few that all vaults of the page share, with the file `data-worker.js` beside `worker` where that is the URL of the
   * package's own `hsm.js`, and else as the application's bundler places it.
   */
  readonly dataWorkers?: DataWorkersOptions | false
  /**
   * True starts anew where the vault was lost: a vault of that name was here, and the browser has evicted or lost its
   * storage. Otherwise that is a `VaultLostException`, because an empty vault that encrypts on under new keys is worse than
   * an error. A vault that is there is opened as it is. Default false.
   */
  readonly create?: boolean
  /** Closes the vault when aborted, also while it is opening. */
  readonly signal?: AbortSignal
}

/** What `openVault` takes as `lock`. */
export interface LockAtCreation extends LockOptions {
  /** As `vault.recovery.setUp` takes them. Used once, when the vault is made. */
  readonly protectors: readonly ProtectorOptions[]
  /**
   * Gets the recovery code, where a protector of that type is asked for, before `openVault` resolves: show it once, and keep it
   * nowhere.
   */
  readonly onRecoveryCode?: (recoveryCode: string) => void | Promise<void>
}

/** A `TrustedScriptURL`, where the type library does not know Trusted Types yet. */
interface TrustedScriptURL {
  toJSON(): string
}

const workerOrUrl = handleOf<Exclude<VaultOptions['worker'], string | undefined>>(
  'a Worker, or the URL of its file',
  (value) => isWorker(value) || ['URL', 'TrustedScriptURL'].includes(kindOf(value)),
)

/** The worker that is to be the HSM, or where its file is. */
export const workerSource = textOr(text({ shortest: 1, longest: 65_536 }), workerOrUrl)

/** Reads {@link VaultOptions}. */
export const vaultOptions = structure({
  name: optional(vaultName),
  region: optional(regionName),
  accountId: optional(accountId),
  digestSigning: optional(flag),
  recovery: optional(oneOf<'required' | 'optional'>(['required', 'optional'])),
  /** Read where it is loaded, before anything else is done. */
  lock: optional((value) => value),
  worker: optional(workerSource),
  quotas: optional(vaultQuotas),
  dataWorkers: optional(dataWorkersChoice),
  create: optional(flag),
  signal: optional(abortSignal),
})

/** By what it can do: the worker of another window is of another class. */
export function isWorker(value: unknown): value is Worker {
  const { postMessage, terminate, addEventListener } = (value ?? {}) as Partial<Worker>
  return [postMessage, terminate, addEventListener].every((method) => typeof method === 'function')
}
