/**
 * `browser-kms/worker`: the HSM, for applications that build their own worker file.
 *
 * @module
 */
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
  // All else is another module, loaded from here: in WebKit a worker's own file runs a second time where a part that is
  // loaded later imports it, and bundlers put what both need into that file. What arrives meanwhile is kept.
  const early: MessageEvent[] = []
  const keep = (event: Event) => early.push(event as MessageEvent)
  addEventListener('message', keep)
  import('./door/serve.js')
    .then(({ serve }) => {
      serve({ now, replicationDelay })
      removeEventListener('message', keep)
      for (const { data } of early) dispatchEvent(new MessageEvent('message', { data }))
    })
    // The page hears of it, as of any file that cannot be loaded.
    .catch(reportError)
}
