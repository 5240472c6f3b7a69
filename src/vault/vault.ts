import type { KmsClient } from '../client/client.js'
import type { Simulation } from '../contract/control.js'
import type { DataWorkersOptions } from '../envelope/data-workers/options.js'
import { Backups } from './backups.js'
import { Connections, type ConnectOptions } from './connections.js'
import { custodyOf } from './custody.js'
import { Envelope, type EnvelopeOptions } from './envelope.js'
import { keyStateEvent, VaultEvents } from './events.js'
import type { Gesture } from './gestures.js'
import { Lock } from './lock.js'
import { requestPersistence } from './persistence.js'
import { Recovery, recoveryPart } from './recovery.js'
import type { RecoveryPart } from './recovery-part.js'
import { Regions } from './regions.js'
import type { Session } from './session.js'
import { type SimulateOptions, simulate } from './simulation.js'

/**
 * An open vault. Each side of it stands in a file of its own beside this one; here is what an application sees of them.
 */
export class Vault extends VaultEvents {
  /** Client of the account root: what the page that opened the vault uses. */
  readonly kms: KmsClient
  /**
   * Whether the browser has promised not to evict the vault's storage. Without the promise it may delete all keys when
   * the disk is full, or (Safari) after weeks without a visit. Browsers decide by themselves or ask the user; the
   * promise can stay open for as long as the question does.
   */
  readonly persisted: Promise<boolean>
  /** What brings keys back that the browser has lost. */
  readonly recovery: Recovery
  /** Locks the vault at rest. */
  readonly lock: Lock

  /** Backups: made when you ask, or kept at a place by themselves. */
  readonly backups: Backups

  readonly #session: Session
  readonly #connections: Connections
  readonly #regions: Regions
  readonly #part: () => Promise<RecoveryPart>
  readonly #dataWorkers: DataWorkersOptions | false | undefined

  /** @internal Use `openVault`. */
  constructor(session: Session, dataWorkers: DataWorkersOptions | false | undefined) {
    super()
    this.#session = session
    this.#connections = new Connections(session)
    this.#dataWorkers = dataWorkers
    this.kms = this.#connections.root()
    this.#regions = new Regions(session, this.#connections, this.kms)
    this.#part = recoveryPart(session, (region) => this.#regions.client(region))
    this.recovery = new Recovery(this.#part)
    this.lock = new Lock(this.#part)
    this.backups = new Backups(session, this)
    this.persisted = requestPersistence()
    session.onKeyState = (message) => this.dispatchEvent(keyStateEvent(message))
    session.lock.onChange = () => this.dispatchEvent(new Event(this.locked ? 'lock' : 'unlock'))
    session.ended.addEventListener('abort', () => this.dispatchEvent(new Event('close')))
  }

  /**
   * Whether the vault is locked at rest, and has to be unlocked before its keys can be used in this tab. False of a vault that
   * is not locked at rest. The events `lock` and `unlock` tell when it changes.
   */
  get locked(): boolean {
    return this.#session.lock.isLocked
  }

  /**
   * Unlocks a vault that is locked at rest, for this tab and the holders of its ports, until it is locked again. Keys come
   * back when they are first used.
   *
   * @param gesture with a protector of `vault.recovery`
   * @throws `IncorrectProtectorException` if it opens nothing; after five in a row each takes its time
   * @throws `KMSInvalidStateException` if the vault is not locked at rest
   *
   * @example
   * ```ts
   * if (vault.locked) await vault.unlock({ passphrase })
   * ```
   */
  async unlock(gesture: Gesture): Promise<void> {
    return (await this.#part()).unlock(gesture)
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
    return this.#connections.client(options)
  }

  /**
   * A port that makes requests in the name of a principal; transfer it to an iframe, a window or a worker, of any
   * origin, which gets a client with `clientFromPort`.
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
    return this.#connections.port(options)
  }

  /**
   * Takes connections back: whoever holds them gets `AccessDeniedException` from then on.
   *
   * @param what a port that {@link connectPort} made, or a principal, named as in {@link connect}, for all its
   *   connections
   * @returns how many connections there were
   */
  async revoke(what: MessagePort | string): Promise<number> {
    return this.#connections.revoke(what)
  }

  /**
   * The account root's client for another Region of this vault. Regions have keys of their own.
   *
   * @param region such as `browser-local-2`
   * @throws `ValidationException` if the name does not look like a Region
   */
  region(region: string): KmsClient {
    return this.#regions.client(region)
  }

  /**
   * Encrypts data of any size under a key of this vault, as the account root. See {@link Envelope}; for another principal
   * or Region, make one with that client.
   *
   * @param keyId a symmetric encryption key, in any form: key id, key ARN, alias name, alias ARN
   * @throws `ValidationException` for options that cannot be
   *
   * @example
   * ```ts
   * const notes = vault.envelope('alias/notes')
   * const sealed = await notes.encrypt(bytes, { note: '42' })
   * const { plaintext } = await notes.decrypt(sealed, { note: '42' })
   * ```
   */
  envelope(keyId: string, options: EnvelopeOptions = {}): Envelope {
    return new Envelope(this.kms, keyId, options, { dataWorkers: this.#dataWorkers, ended: this.#session.ended })
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
    return simulate(this.#session, question)
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
    return custodyOf(this.#session, keyId)
  }

  /** Closes the vault and ends its worker. Calls that have no answer yet fail. Closing again does nothing. */
  async close(): Promise<void> {
    return this.#session.close()
  }
}
