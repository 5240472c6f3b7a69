import { type Remote, releaseProxy, wrap } from 'comlink'
import { DeferredConnection, PortConnection, workerGone } from '../client/channel.js'
import { KmsClient } from '../client/client.js'
import type {
  ConnectedMessage,
  ControlAnswer,
  ControlService,
  KeyStateMessage,
  OpenedMessage,
  Simulation,
  VaultEventMessage,
} from '../contract/control.js'
import { KMSInternalException, KMSInvalidStateException, reviveError, ValidationException } from '../contract/errors.js'
import { checkQuotas, type VaultQuotas } from '../contract/quotas.js'
import type { KeyState } from '../contract/shapes.js'
import { checkAccountId, checkRegion, checkVaultName, databasePrefix } from '../contract/vault-names.js'
import { dataWorkersBeside } from '../envelope/data-workers/beside.js'
import type { DataWorkersOptions } from '../envelope/data-workers/options.js'
import { Envelope, type EnvelopeOptions } from './envelope.js'

/** What {@link openVault} takes; every member has a default. */
export interface VaultOptions {
  /** Name of the vault: each has its own keys. 1 to 128 letters, digits, spaces or any of `. _ @ -`. Default `default`. */
  readonly name?: string
  /** Region of {@link Vault.kms}; shows in every ARN. Default `browser-local-1`. */
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
   * Workers for the bulk data of {@link Vault.envelope}: how many, and where their file is, or `false` for none. Default: a
   * few that all vaults of the page share, with the file `data-worker.js` beside `worker` where that is the URL of the
   * package's own `hsm.js`, and else as the application's bundler places it.
   */
  readonly dataWorkers?: DataWorkersOptions | false
  /** Closes the vault when aborted, also while it is opening. */
  readonly signal?: AbortSignal
}

/** A `TrustedScriptURL`, where the type library does not know Trusted Types yet. */
interface TrustedScriptURL {
  toJSON(): string
}

/** Who a client is for. */
export interface ConnectOptions {
  /** `root`, `user/NAME`, `role/NAME`, or a whole ARN, also of another account, also of an assumed-role session. */
  readonly principal: string
  /** Identity policy documents of the principal, as objects; at most 50. Default none. */
  readonly policies?: readonly object[]
  /** Tags of the principal, for `aws:PrincipalTag`; at most 50. Default none. */
  readonly tags?: Readonly<Record<string, string>>
  /** The Region of the client; default that of {@link Vault.kms}. */
  readonly region?: string
}

/** A question for {@link Vault.simulate}. */
export interface SimulateOptions extends ConnectOptions {
  /** Such as `kms:Encrypt`, `kms:ReEncryptFrom`. */
  readonly action: string
  /** A key in any of its four forms, an alias ARN for actions on aliases, or `*` for actions on the vault. */
  readonly resource: string
  /** Values of condition keys by their names, such as `kms:EncryptionContext:note`. Default none. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>
}

/** What a `keystate` event tells. */
export interface KeyStateDetail {
  /** Bare key id. */
  readonly keyId: string
  readonly keyArn: string
  readonly region: string
  /** The state now; `undefined` once the key is deleted. */
  readonly keyState: KeyState | undefined
}

/** Events of a {@link Vault}. */
export interface VaultEventMap {
  /** A key was created, changed or deleted, in this tab or another. */
  keystate: CustomEvent<KeyStateDetail>
  /** The vault is closed: by `close()`, because it was deleted, or because its worker ended. */
  close: Event
}

/** What the page keeps of the options of an open vault. */
interface OpenedWith {
  readonly region: string
  readonly dataWorkers: DataWorkersOptions | false | undefined
  readonly signal: AbortSignal | undefined
}

/** Milliseconds that a worker has to answer before it is taken for a file that is no HSM. */
const START_TIMEOUT = 30_000

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
    dataWorkers,
    signal,
  } = options
  checkVaultName(name)
  checkRegion(region)
  checkAccountId(accountId)
  checkQuotas(quotas)
  signal?.throwIfAborted()
  const worker = startWorker(options.worker)
  const control = wrap<ControlService>(worker)
  try {
    const opened = await Promise.race([
      control.open({ name, region, accountId, digestSigning, quotas }).then(resultOf<OpenedMessage>),
      failureOf(worker, signal),
    ])
    const beside = dataWorkersBeside(options.worker, globalThis.document?.baseURI ?? location.href)
    return new Vault(worker, control, opened, { region, dataWorkers: dataWorkers ?? beside, signal })
  } catch (error) {
    // A worker that serves another vault goes on serving it.
    if (!(error instanceof KMSInvalidStateException && worker === options.worker)) worker.terminate()
    throw error
  }
}

/**
 * Deletes a vault with all its keys, in all Regions, at once and for good: whatever was encrypted under them cannot be
 * decrypted any more. Vaults that other tabs have open are closed.
 *
 * @param name the vault's name; default `default`
 *
 * @example
 * ```ts
 * await vault.close()
 * await deleteVault('default')
 * ```
 */
export async function deleteVault(name = 'default'): Promise<void> {
  checkVaultName(name)
  const databases = await indexedDB.databases()
  const prefix = databasePrefix(name)
  const own = databases.flatMap((database) => (database.name?.startsWith(prefix) ? [database.name] : []))
  await Promise.all(own.map(deleteDatabase))
}

/**
 * A client on a port that {@link Vault.connectPort} made, in any window or worker of any origin.
 *
 * @example
 * ```ts
 * addEventListener('message', async ({ ports: [port] }) => {
 *   const kms = clientFromPort(port)
 *   await kms.encrypt({ KeyId: 'alias/notes', Plaintext: bytes })
 * })
 * ```
 */
export function clientFromPort(port: MessagePort): KmsClient {
  return new KmsClient(PortConnection.on(port))
}

/** An open vault. */
export class Vault extends EventTarget {
  /** Client of the account root: what the page that opened the vault uses. */
  readonly kms: KmsClient
  /**
   * Whether the browser has promised not to evict the vault's storage. Without the promise it may delete all keys when
   * the disk is full, or (Safari) after weeks without a visit. Browsers decide by themselves or ask the user; the
   * promise can stay open for as long as the question does.
   */
  readonly persisted: Promise<boolean>

  readonly #worker: Worker
  readonly #control: Remote<ControlService>
  readonly #region: string
  readonly #dataWorkers: VaultOptions['dataWorkers']
  readonly #connections = new Set<PortConnection>()
  readonly #portIds = new WeakMap<MessagePort, string>()
  readonly #regions = new Map<string, KmsClient>()
  readonly #watch = new AbortController()
  /** Why the vault is open no more. */
  #ended: Error | undefined
  #reportEnd: (reason: Error) => void = () => {}
  /** Rejects when the vault ends: whoever waits for its worker waits for this too, for it may never answer. */
  readonly #ending = new Promise<never>((_resolve, reject) => {
    this.#reportEnd = reject
  })

  /** @internal Use {@link openVault}. */
  constructor(
    worker: Worker,
    control: Remote<ControlService>,
    { events, aliveLock }: OpenedMessage,
    { region, dataWorkers, signal }: OpenedWith,
  ) {
    super()
    this.#worker = worker
    this.#control = control
    this.#region = region
    this.#dataWorkers = dataWorkers
    this.kms = new KmsClient(this.#track(new PortConnection(control)))
    this.#regions.set(region, this.kms)
    this.persisted = requestPersistence()
    // Unhandled only if nobody waits.
    this.#ending.catch(() => {})
    events.onmessage = ({ data }: MessageEvent<VaultEventMessage>) => this.#hear(data)
    signal?.addEventListener('abort', () => void this.close(), { signal: this.#watch.signal })
    this.#watchWorker(aliveLock)
  }

  /**
   * A client for another principal: it can do what key policies, the identity policies given here and grants allow, and
   * nothing else.
   *
   * @throws `ValidationException` if the principal is none
   * @throws `MalformedPolicyDocumentException` for an identity policy that is none, with the place of the mistake
   *
   * @example
   * ```ts
   * const editor = await vault.connect({
   *   principal: 'user/editor',
   *   policies: [{
   *     Version: '2012-10-17',
   *     Statement: [{ Effect: 'Allow', Action: ['kms:Encrypt', 'kms:Decrypt'], Resource: '*' }],
   *   }],
   * })
   * await editor.encrypt({ KeyId: 'alias/notes', Plaintext })
   * ```
   */
  async connect(options: ConnectOptions): Promise<KmsClient> {
    const { port } = await this.#connect(options)
    return new KmsClient(this.#track(PortConnection.on(port)))
  }

  /**
   * A port that makes requests in the name of a principal; transfer it to an iframe, a window or a worker, of any
   * origin, which gets a client with {@link clientFromPort}.
   *
   * @throws `ValidationException`, `MalformedPolicyDocumentException` as in {@link connect}
   *
   * @example
   * ```ts
   * const port = await vault.connectPort({ principal: 'user/widget' })
   * await vault.kms.createGrant({
   *   KeyId, GranteePrincipal: 'arn:aws:iam::000000000000:user/widget', Operations: ['Decrypt'],
   * })
   * iframe.contentWindow.postMessage('kms', 'https://widget.example', [port])
   * ```
   */
  async connectPort(options: ConnectOptions): Promise<MessagePort> {
    const { port, connectionId } = await this.#connect(options)
    this.#portIds.set(port, connectionId)
    return port
  }

  /**
   * Takes connections back: whoever holds them gets `AccessDeniedException` from then on.
   *
   * @param what a port that {@link connectPort} made, or a principal, named as in {@link connect}, for all its
   *   connections
   * @returns how many connections there were
   */
  async revoke(what: MessagePort | string): Promise<number> {
    this.#mustBeOpen()
    if (typeof what === 'string') return this.#answerOf(this.#control.revoke({ principal: what }))
    const connectionId = this.#portIds.get(what)
    if (connectionId === undefined) throw new ValidationException('This vault has not made that port.')
    return this.#answerOf(this.#control.revoke({ connectionId }))
  }

  /**
   * The account root's client for another Region of this vault. Regions have keys of their own.
   *
   * @param region such as `browser-local-2`
   * @throws `ValidationException` if the name does not look like a Region
   */
  region(region: string): KmsClient {
    checkRegion(region)
    this.#mustBeOpen()
    let client = this.#regions.get(region)
    if (!client) {
      const connection = this.#connect({ principal: 'root', region }, true).then(({ port }) =>
        this.#track(PortConnection.on(port)),
      )
      client = new KmsClient(new DeferredConnection(connection))
      this.#regions.set(region, client)
      connection.catch(() => this.#regions.delete(region))
    }
    return client
  }

  /**
   * Encrypts data of any size under a key of this vault, as the account root. See {@link Envelope}; for another principal
   * or Region, make one with that client.
   *
   * @param keyId a symmetric encryption key, in any form: key id, key ARN, alias name, alias ARN
   *
   * @example
   * ```ts
   * const notes = vault.envelope('alias/notes')
   * const sealed = await notes.encrypt(bytes, { note: '42' })
   * const { plaintext } = await notes.decrypt(sealed, { note: '42' })
   * ```
   */
  envelope(keyId: string, options: EnvelopeOptions = {}): Envelope {
    return new Envelope(this.kms, keyId, options, { dataWorkers: this.#dataWorkers, ended: this.#watch.signal })
  }

  /**
   * Answers what would be decided about a request, and which statements and grants decide it, by the same evaluation as
   * that of real requests. Nothing is done, and nothing recorded.
   *
   * @throws `ValidationException` for a question that makes no sense
   * @throws `NotFoundException` if the resource is a key that does not exist
   *
   * @example
   * ```ts
   * const { decision, matched } = await vault.simulate({
   *   principal: 'user/widget',
   *   action: 'kms:Decrypt',
   *   resource: 'alias/notes',
   *   context: { 'kms:EncryptionContext:note': '42' },
   * })
   * ```
   */
  async simulate(question: SimulateOptions): Promise<Simulation> {
    this.#mustBeOpen()
    const { region = this.#region } = question
    const { principal, policies, tags, action, resource, context } = question
    const message = { principal, policies, tags, action, resource, context, region }
    return this.#answerOf(this.#control.simulate(message))
  }

  /**
   * Where the bytes of a key's material are: `native` if WebCrypto holds them and no script can read them, `sealed` if
   * the worker has to open them for each use.
   *
   * @param keyId key id, key ARN, alias name or alias ARN
   * @throws `NotFoundException` if there is no such key
   * @throws `KMSInvalidStateException` if its material has not been imported yet
   */
  async custodyOf(keyId: string): Promise<'native' | 'sealed'> {
    this.#mustBeOpen()
    return this.#answerOf(this.#control.custodyOf({ keyId, region: this.#region }))
  }

  /** Closes the vault and ends its worker. Calls that have no answer yet fail. Closing again does nothing. */
  async close(): Promise<void> {
    if (this.#ended) return
    this.#end(new KMSInvalidStateException('The vault was closed. Open it again to go on.'))
    try {
      await Promise.race([this.#control.close(), goneAfter(1_000)])
    } finally {
      this.#control[releaseProxy]()
      this.#worker.terminate()
    }
  }

  override addEventListener<Type extends keyof VaultEventMap>(
    type: Type,
    listener: ((event: VaultEventMap[Type]) => void) | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener as EventListener | null, options)
  }

  override removeEventListener<Type extends keyof VaultEventMap>(
    type: Type,
    listener: ((event: VaultEventMap[Type]) => void) | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener as EventListener | null, options)
  }

  async #connect(options: ConnectOptions, isOwn = false): Promise<ConnectedMessage> {
    this.#mustBeOpen()
    const { principal, policies, tags, region = this.#region } = options
    return this.#answerOf(this.#control.connect({ principal, policies, tags, region, isOwn }))
  }

  async #answerOf<Result>(answer: Promise<ControlAnswer<Result>>): Promise<Result> {
    return resultOf(await Promise.race([answer, this.#ending]))
  }

  #track(connection: PortConnection): PortConnection {
    if (this.#ended) connection.close(this.#ended)
    else this.#connections.add(connection)
    return connection
  }

  #mustBeOpen(): void {
    if (this.#ended) throw this.#ended
  }

  #hear(message: VaultEventMessage): void {
    if (message.type === 'keystate') this.dispatchEvent(new CustomEvent('keystate', { detail: detailOf(message) }))
    else
      this.#fail(
        new KMSInvalidStateException('The vault was deleted, or another tab needs a newer version of its storage.'),
      )
  }

  /** The worker holds a Web Lock while it lives; a worker that was terminated tells nobody in any other way. */
  #watchWorker(aliveLock: string): void {
    this.#worker.addEventListener('error', () => this.#fail(workerGone()), { signal: this.#watch.signal })
    navigator.locks
      .request(aliveLock, { signal: this.#watch.signal }, () => this.#fail(workerGone()))
      .catch(() => {
        // The vault was closed, and nobody waits for the worker's end any more.
      })
  }

  #fail(reason: Error): void {
    if (this.#ended) return
    this.#end(reason)
    this.#worker.terminate()
  }

  #end(reason: Error): void {
    this.#ended = reason
    this.#reportEnd(reason)
    this.#watch.abort(reason)
    for (const connection of this.#connections) connection.close(reason)
    this.#connections.clear()
    this.dispatchEvent(new Event('close'))
  }
}

function startWorker(worker: VaultOptions['worker']): Worker {
  if (worker instanceof Worker) return worker
  try {
    if (worker !== undefined) return new Worker(worker as string | URL, { type: 'module' })
    return new Worker(new URL('../../worker/entry.ts', import.meta.url), { type: 'module' })
  } catch (error) {
    throw new KMSInternalException(
      `The worker of the vault could not be started: ${(error as Error).message} (Under Trusted Types, pass openVault a Worker or a TrustedScriptURL.)`,
    )
  }
}

function failureOf(worker: Worker, signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    worker.addEventListener(
      'error',
      ({ message }) =>
        reject(
          new KMSInternalException(`The worker of the vault could not be started${message ? `: ${message}` : ''}.`),
        ),
      { once: true },
    )
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
    setTimeout(
      () => reject(new KMSInternalException('The worker does not answer. Does its file call serveVault()?')),
      START_TIMEOUT,
    )
  })
}

/** @throws the KmsError that an answer holds instead of a result */
function resultOf<Result>(answer: ControlAnswer<Result>): Result {
  if (answer.error) throw reviveError(answer.error, '')
  return answer.result as Result
}

function detailOf({ keyId, keyArn, region, keyState }: KeyStateMessage): KeyStateDetail {
  return { keyId, keyArn, region, keyState }
}

/** Asks for storage that is not evicted (SEC-20). Firefox asks the user; nothing waits for the answer. */
async function requestPersistence(): Promise<boolean> {
  try {
    return (await navigator.storage?.persist?.()) ?? false
  } catch {
    return false
  }
}

function goneAfter(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = () => resolve()
    request.onerror = () => reject(new KMSInternalException(`The vault's database could not be deleted.`))
  })
}
