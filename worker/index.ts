/**
 * `browser-kms/worker`: the HSM, for applications that build their own worker file.
 *
 * @module
 */
import { expose } from 'comlink'
import { controlServiceMethods } from '../src/contract/control.js'
import { VaultControl } from './control-service.js'
import { type GuardedPort, guard } from './gate.js'

/** Options of {@link serveVault}. */
export interface ServeVaultOptions {
  /** Milliseconds since 1970. Default `Date.now`. Tests pass a clock of their own. */
  readonly now?: () => number
  /**
   * How long a new replica is `Creating` and a new primary `Updating`, in milliseconds of `now`. Default 0: no longer
   * than it takes. Tests and demonstrations make these states last.
   */
  readonly replicationDelay?: number
}

/**
 * Makes the worker that calls it the HSM of a vault. Call it once, at the top of the worker's file, before anything
 * that waits; then pass the `Worker` to `openVault`.
 *
 * @example
 * ```ts
 * // hsm.ts
 * import { serveVault } from 'browser-kms/worker'
 * serveVault()
 *
 * // page
 * const worker = new Worker(new URL('./hsm.ts', import.meta.url), { type: 'module' })
 * const vault = await openVault({ worker })
 * ```
 */
export function serveVault({ now = Date.now, replicationDelay = 0 }: ServeVaultOptions = {}): void {
  const scope = globalThis as unknown as GuardedPort
  expose(new VaultControl({ now, replicationDelay }), guard(scope, controlServiceMethods))
}
