import { wrap } from 'comlink'
import type { ControlService, OpenedMessage } from '../contract/control.js'
import { KMSInvalidStateException } from '../contract/errors.js'
import { read } from '../contract/reader.js'
import { type VaultOptions, vaultOptions } from './options.js'
import { resultOf, Session } from './session.js'
import { failureOf, startWorker } from './start-worker.js'
import { Vault } from './vault.js'

/**
 * Opens a vault, and makes it if it does not exist. Each call starts a worker of its own; vaults of the same name share
 * their keys, also between tabs.
 *
 * @throws `ValidationException` for options that cannot be, or a vault of another account
 * @throws `KMSInternalException` if the worker cannot be started
 *
 * @example
 * ```ts
 * const vault = await openVault()
 * const { KeyMetadata } = await vault.kms.createKey({ Description: 'notes' })
 * await vault.kms.createAlias({ AliasName: 'alias/notes', TargetKeyId: KeyMetadata.KeyId })
 * ```
 */
export async function openVault(options: VaultOptions = {}): Promise<Vault> {
  const {
    name = 'default',
    region = 'browser-local-1',
    accountId = '000000000000',
    digestSigning = false,
    quotas = {},
    worker: source,
    dataWorkers,
    signal,
  } = read(vaultOptions, options, "openVault's options")
  signal?.throwIfAborted()
  const worker = startWorker(source)
  const control = wrap<ControlService>(worker)
  try {
    const opened = await Promise.race([
      control.open({ name, region, accountId, digestSigning, quotas }).then(resultOf<OpenedMessage>),
      failureOf(worker, signal),
    ])
    const session = new Session({ worker, control, opened }, region)
    signal?.addEventListener('abort', () => void session.close(), { signal: session.ended })
    return new Vault(session, dataWorkers)
  } catch (error) {
    // A worker that serves another vault goes on serving it.
    if (!(error instanceof KMSInvalidStateException && worker === source)) worker.terminate()
    throw error
  }
}
