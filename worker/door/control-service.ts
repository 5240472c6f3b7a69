import { transfer } from 'comlink'
import type {
  ConnectedMessage,
  ConnectMessage,
  ControlAnswer,
  ControlService,
  OpenedMessage,
  OpenMessage,
  SimulateMessage,
  Simulation,
  VaultEventMessage,
} from '../../src/contract/control.js'
import { errorRecord, KMSInvalidStateException, ValidationException } from '../../src/contract/errors.js'
import { keyArn, type Realm } from '../../src/contract/identifiers.js'
import { ALIVE_LOCK_PREFIX } from '../../src/contract/port-words.js'
import { checkQuotas } from '../../src/contract/quotas.js'
import { optional, read, structure, text } from '../../src/contract/reader.js'
import { checkAccountId, checkRegion, checkVaultName } from '../../src/contract/vault-names.js'
import type { Answers, RequestService } from '../../src/contract/wire.js'
import { callerFor, principalArn, rootCaller } from '../authorization/caller.js'
import { loadEvaluator } from '../authorization/lazy-evaluator.js'
import { checkRequestQuotas } from '../pipeline/quotas.js'
import { keyByAnyIdentifier } from '../pipeline/targets.js'
import type { ChangeNotice } from '../storage/change-feed.js'
import { Regions, type RegionsOptions } from '../vault/regions.js'
import { Connections } from './connections.js'

/** What the worker's file says about the vaults that it serves. */
export type ServeOptions = Pick<RegionsOptions, 'now' | 'replicationDelay'>

const whatToRevoke = structure({
  connectionId: optional(text({ longest: 64 })),
  principal: optional(text({ longest: 2048 })),
})

interface Opened {
  /** Of the Region that the vault was opened with. */
  readonly realm: Realm
  readonly regions: Regions
}

/**
 * What the page that opened the vault can ask of its worker: open, hand out client ports, take them back, close. One
 * worker serves one vault, with as many Regions as are asked for.
 */
export class VaultControl implements ControlService {
  readonly #options: ServeOptions
  readonly #connections = new Connections()
  #opened: Opened | undefined
  #root: RequestService | undefined
  #events: MessagePort | undefined
  /** Its name; see {@link OpenedMessage}. */
  readonly #aliveLock = `${ALIVE_LOCK_PREFIX}${crypto.randomUUID()}`
  #releaseAliveLock = () => {}

  constructor(options: ServeOptions) {
    this.#options = options
  }

  open(message: OpenMessage): Promise<ControlAnswer<OpenedMessage>> {
    return answered(
      async () => {
        if (this.#opened)
          throw new KMSInvalidStateException('This worker serves a vault already; a vault needs its own.')
        const { name, region, accountId, digestSigning, quotas = {} } = message
        checkVaultName(name)
        checkRegion(region)
        checkAccountId(accountId)
        checkQuotas(quotas)
        checkRequestQuotas(quotas)
        const regions = new Regions({
          ...this.#options,
          vaultName: name,
          accountId,
          digestSigning: digestSigning === true,
          quotas,
          onChange: (notice, realm) => this.#tell(notice, realm),
          onClosed: () => this.#onDatabaseGone(),
        })
        this.#opened = { realm: { accountId, region }, regions }
        try {
          const vault = await regions.open(region)
          this.#root = vault.serviceFor(rootCaller(vault.realm))
        } catch (error) {
          this.#opened = undefined
          throw error
        }
        // Nobody waits for the other Regions; what cannot be opened now is tried again when it is asked for.
        regions.openAll().catch(() => {})
        const { port1, port2 } = new MessageChannel()
        this.#events = port1
        await this.#holdAliveLock()
        return { events: port2, aliveLock: this.#aliveLock }
      },
      ({ events }) => [events],
    )
  }

  connect(message: ConnectMessage): Promise<ControlAnswer<ConnectedMessage>> {
    return answered(
      () => this.#connect(message),
      ({ port }) => [port],
    )
  }

  revoke(message: Parameters<ControlService['revoke']>[0]): Promise<ControlAnswer<number>> {
    return answered(async () => {
      const { connectionId, principal } = read(whatToRevoke, message, 'what is revoked')
      const { realm } = this.#mustBeOpen()
      const arn = principal === undefined ? undefined : principalArn(realm, principal)
      return this.#connections.revoke({ connectionId, arn })
    })
  }

  simulate(message: SimulateMessage): Promise<ControlAnswer<Simulation>> {
    return answered(async () => {
      const { region, action, resource, context, ...description } = message
      const vault = await this.#mustBeOpen().regions.open(region)
      const { realm } = vault
      const asked = await callerFor(realm, description)
      const { simulate } = await loadEvaluator()
      // A principal that is connected has the policies and tags that it was connected with, unless others are given.
      const isPlain = description.policies === undefined && description.tags === undefined
      const connected = isPlain ? this.#connections.of(asked.arn) : undefined
      return simulate(vault, connected ? connected.caller : asked, { action, resource, context }, this.#options.now())
    })
  }

  custodyOf(message: Parameters<ControlService['custodyOf']>[0]) {
    return answered(async () => {
      const { keyId, region } = message
      if (typeof keyId !== 'string') throw new ValidationException('custodyOf needs the identifier of a key.')
      const { realm, store } = await this.#mustBeOpen().regions.open(region)
      const { key, arn } = await keyByAnyIdentifier({ realm, caller: rootCaller(realm) }, store.stored, keyId)
      if (!key.custody) throw new KMSInvalidStateException(`${arn} is pending import.`)
      return key.custody
    })
  }

  close(): Promise<ControlAnswer<undefined>> {
    return answered(async () => {
      await this.#endService(new KMSInvalidStateException('The vault was closed. Its page has to open it again.'))
      this.#releaseAliveLock()
      return undefined
    })
  }

  async submit(...message: Parameters<RequestService['submit']>): Promise<Answers> {
    return this.#mustServe().submit(...message)
  }

  async collect(...message: Parameters<RequestService['collect']>): Promise<Answers> {
    return this.#mustServe().collect(...message)
  }

  #mustServe(): RequestService {
    if (!this.#root) throw new KMSInvalidStateException('The vault is not open.')
    return this.#root
  }

  async #connect({ region, isOwn, ...description }: ConnectMessage): Promise<ConnectedMessage> {
    const vault = await this.#mustBeOpen().regions.open(region)
    const caller = await callerFor(vault.realm, description)
    const connection = { caller, isOwn: isOwn === true, hasEnded: false }
    return this.#connections.add(connection, vault.serviceFor(caller), this.#aliveLock)
  }

  #mustBeOpen(): Opened {
    if (!this.#opened) throw new KMSInvalidStateException('The vault has not been opened.')
    return this.#opened
  }

  #tell(notice: ChangeNotice, realm: Realm): void {
    for (const { keyId, state } of notice.keys)
      this.#post({ type: 'keystate', keyId, keyArn: keyArn(realm, keyId), region: realm.region, keyState: state })
  }

  async #endService(reason: KMSInvalidStateException): Promise<void> {
    this.#connections.end(reason)
    this.#root = undefined
    await this.#opened?.regions.close()
  }

  /**
   * The page hears of it and terminates the worker. The lock is held until then: released here, it might be heard of
   * first (in Firefox it is), and the page would not know why the worker is gone.
   */
  #onDatabaseGone(): void {
    this.#post({ type: 'closed' })
    const reason = 'The vault was deleted, or another tab needs a newer version of its storage.'
    void answered(() => this.#endService(new KMSInvalidStateException(reason)))
  }

  #post(message: VaultEventMessage): void {
    this.#events?.postMessage(message)
  }

  #holdAliveLock(): Promise<void> {
    return new Promise((resolve) => {
      void navigator.locks.request(this.#aliveLock, () => {
        resolve()
        return new Promise<void>((release) => {
          this.#releaseAliveLock = release
        })
      })
    })
  }
}

/**
 * Errors cross as records: structured clone would lose their class.
 *
 * @param transferables what of the result changes hands
 */
async function answered<Result>(
  work: () => Promise<Result>,
  transferables: (result: Result) => Transferable[] = () => [],
): Promise<ControlAnswer<Result>> {
  try {
    const result = await work()
    return transfer({ result }, transferables(result))
  } catch (error) {
    return { error: errorRecord(error) }
  }
}
