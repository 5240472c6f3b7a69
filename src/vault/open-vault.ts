import { remoteOf } from '../client/remote.js'
import { type ControlService, controlServiceMethods, type OpenedMessage } from '../contract/control.js'
import { KMSInvalidStateException } from '../contract/errors.js'
import { type ReadBy, read } from '../contract/reader.js'
import { dataWorkersBeside } from '../envelope/data-workers/beside.js'
import { checkNotLost, isHalfRestored, rememberVault, withExistenceLock } from './existence.js'
import { type VaultOptions, vaultOptions } from './options.js'
import { resultOf, Session } from './session.js'
import { endWorker, startWorker, unlessItFails } from './start-worker.js'
import { checkSurroundings } from './surroundings.js'
import { Vault } from './vault.js'

/**
 * Opens a vault, and makes it if it never existed. Each call starts a worker of its own; vaults of the same name share
 * their keys, also between tabs.
 *
 * @throws `ValidationException` for options that cannot be, or a vault of another account
 * @throws `VaultLostException` if the vault was here and its storage is gone; see `create`
 * @throws `UnsupportedOperationException` where no vault can be opened, such as a page that came over http
 * @throws `KMSInternalException` if the worker cannot be started
 * @throws `KMSInvalidStateException` if another tab keeps the vault from being opened
 *
 * @example
 * ```ts
 * const vault = await openVault()
 * const { KeyMetadata } = await vault.kms.createKey({ Description: 'notes' })
 * await vault.kms.createAlias({ AliasName: 'alias/notes', TargetKeyId: KeyMetadata.KeyId })
 * ```
 */
export async function openVault(options: VaultOptions = {}): Promise<Vault> {
  const given = read(vaultOptions, options, "openVault's options")
  const { name = 'default', create = false, signal } = given
  const lockAtRest =
    given.lock === undefined ? undefined : (await import('./lock-at-creation.js')).lockAtCreation(given.lock)
  checkSurroundings('openVault')
  signal?.throwIfAborted()
  for (;;) {
    const vault = await withExistenceLock(name, { mode: create ? 'exclusive' : 'shared', signal }, async () => {
      if (await isHalfRestored(name)) return undefined
      await checkNotLost(name, create)
      signal?.throwIfAborted()
      const vault = await open(name, given)
      try {
        await rememberVault(name)
        await lockAtRest?.(vault.lock)
        signal?.throwIfAborted()
        return vault
      } catch (error) {
        await vault.close()
        throw error
      }
    })
    if (vault) return vault
    // A restore was killed: what it has left behind is no vault.
    await (await import('./half-restored.js')).discardHalfRestored(name, signal)
  }
}

async function open(name: string, options: ReadBy<typeof vaultOptions>): Promise<Vault> {
  const {
    region = 'browser-local-1',
    accountId = '000000000000',
    digestSigning = false,
    recovery = 'optional',
    quotas = {},
    worker: source,
    dataWorkers,
    signal,
  } = options
  const starting = startWorker(source)
  const { worker } = starting
  const control = remoteOf<ControlService>(worker, controlServiceMethods)
  try {
    const answer = control
      .open({ name, region, accountId, digestSigning, recovery, quotas })
      .then(resultOf<OpenedMessage>)
    const opened = await unlessItFails(starting, answer, signal)
    // Aborted since the answer came: nobody would hear of it any more.
    signal?.throwIfAborted()
    const session = new Session({ worker, control, opened }, { name, region })
    signal?.addEventListener('abort', () => void session.close(), { signal: session.ended })
    const base = globalThis.document?.baseURI ?? location.href
    return new Vault(session, dataWorkers ?? dataWorkersBeside(source, base))
  } catch (error) {
    // A worker that serves another vault goes on serving it.
    const servesAnother = error instanceof KMSInvalidStateException && worker === source && error !== signal?.reason
    if (!servesAnother) endWorker(worker)
    throw error
  }
}
