import { transfer } from 'comlink'
import {
  type ChangeCounts,
  type ChangesMessage,
  type ConnectedMessage,
  type ConnectMessage,
  type ControlAnswer,
  type ControlService,
  type CustodyMessage,
  connectMessage,
  custodyMessage,
  type OpenedMessage,
  type OpenMessage,
  openMessage,
  type RevokeMessage,
  revokeMessage,
  type SimulateMessage,
  type Simulation,
  simulateMessage,
  type VaultEventMessage,
} from '../../src/contract/control.js'
import { errorRecord, KMSInvalidStateException, type KmsError } from '../../src/contract/errors.js'
import { keyArn, type Realm } from '../../src/contract/identifiers.js'
import { ALIVE_LOCK_PREFIX } from '../../src/contract/port-words.js'
import { read } from '../../src/contract/reader.js'
import { aliveLockPrefix } from '../../src/contract/vault-names.js'
import type { Answers, RequestService } from '../../src/contract/wire.js'
import { principalArn, rootCaller } from '../authorization/caller.js'
import { callerFor } from '../authorization/caller-with-policies.js'
import { shownState } from '../pipeline/locked-keys.js'
import { checkRequestQuotas } from '../pipeline/quotas.js'
import type { Sender } from '../pipeline/row.js'
import { keyByAnyIdentifier } from '../pipeline/targets.js'
import type { ChangeNotice } from '../storage/change-feed.js'
import type { RegionVault } from '../vault/region-vault.js'
import { Regions, type RegionsOptions } from '../vault/regions.js'
import type { ChangeWatch } from './change-watch.js'
import { Connections } from './connections.js'
import { lockWord } from './lock-word.js'
import { requestService } from './request-service.js'

/** What the worker's file says about the vaults that it serves. */
export type ServeOptions = Pick<RegionsOptions, 'now' | 'replicationDelay'>

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
  #hasEnded = false
  #root: RequestService | undefined
  #events: MessagePort | undefined
  /** There from the first time that somebody asks for it. */
  #changeWatch: ChangeWatch | undefined
  /** Its name; see {@link OpenedMessage}. */
  readonly #aliveLock = `${ALIVE_LOCK_PREFIX}${crypto.randomUUID()}`
  #endServing = () => {}
  readonly #served = new Promise<void>((resolve) => {
    this.#endServing = resolve
  })

  constructor(options: ServeOptions) {
    this.#options = options
  }

  open(message: OpenMessage): Promise<ControlAnswer<OpenedMessage>> {
    return answered(
      async () => {
        if (this.#opened)
          throw new KMSInvalidStateException('This worker serves a vault already; a vault needs its own.')
        const { name, region, accountId, digestSigning, recovery, quotas } = read(openMessage, message, 'open')
        checkRequestQuotas(quotas)
        const regions = new Regions({
          ...this.#options,
          vaultName: name,
          accountId,
          digestSigning,
          recovery,
          quotas,
          home: region,
          onChange: (notice, realm) => this.#tell(notice, realm),
          onLock: () => this.#tellLock(),
          onClosed: (reason) => this.#onDatabaseGone(reason),
        })
        this.#opened = { realm: { accountId, region }, regions }
        try {
          const vault = await regions.open(region)
          this.#root = serviceFor(vault, { caller: rootCaller(vault.realm), mustBeConnected: () => {} })
        } catch (error) {
          this.#opened = undefined
          throw error
        }
        // Nobody waits for the other Regions; what cannot be opened now is tried again when it is asked for.
        regions.openAll().catch(() => {})
        const { port1, port2 } = new MessageChannel()
        this.#events = port1
        await Promise.all(
          [this.#aliveLock, `${aliveLockPrefix(name)}${crypto.randomUUID()}`].map((lock) => this.#hold(lock)),
        )
        return { events: port2, aliveLock: this.#aliveLock, lock: lockWord(regions.lock) }
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

  revoke(message: RevokeMessage): Promise<ControlAnswer<number>> {
    return answered(async () => {
      const { connectionId, principal } = read(revokeMessage, message, 'revoke')
      const { realm } = this.#mustBeOpen()
      const arn = principal === undefined ? undefined : principalArn(realm, principal)
      const count = this.#connections.revoke({ connectionId, arn })
      // Whatever got through before is written by then.
      await this.#mustBeOpen().regions.settled()
      return count
    })
  }

  simulate(message: SimulateMessage): Promise<ControlAnswer<Simulation>> {
    return answered(async () => {
      const { region, action, resource, context, ...description } = read(simulateMessage, message, 'simulate')
      const vault = await this.#mustBeOpen().regions.open(region)
      const { realm } = vault
      const asked = await callerFor(realm, description)
      const { simulate } = await import('../vault/simulate.js')
      // A principal that is connected has the policies and tags that it was connected with, unless others are given.
      const isPlain = description.policies === undefined && description.tags === undefined
      const connected = isPlain ? this.#connections.of(asked.arn) : undefined
      return simulate(vault, connected ? connected.caller : asked, { action, resource, context }, this.#options.now())
    })
  }

  custodyOf(message: CustodyMessage): Promise<ControlAnswer<'native' | 'sealed'>> {
    return answered(async () => {
      const { keyId, region } = read(custodyMessage, message, 'custodyOf')
      const { realm, store } = await this.#mustBeOpen().regions.open(region)
      const { key, arn } = await keyByAnyIdentifier({ realm, caller: rootCaller(realm) }, store.stored, keyId)
      if (!key.custody) throw new KMSInvalidStateException(`${arn} is pending import.`)
      return key.custody
    })
  }

  recovery(message: Parameters<ControlService['recovery']>[0]): Promise<ControlAnswer<unknown>> {
    return answered(async () => {
      if (!this.#opened) return (await import('./restore-service.js')).answerRestore(message, this.#options.now)
      const { regions } = this.#mustBeOpen()
      const [{ answerRecovery }, recovery] = await Promise.all([import('./recovery-service.js'), regions.recovery()])
      return answerRecovery({ recovery, regions }, message)
    })
  }

  changes(message: ChangesMessage): Promise<ControlAnswer<ChangeCounts>> {
    return answered(async () => {
      const { regions } = this.#mustBeOpen()
      const { ChangeWatch } = await import('./change-watch.js')
      this.#changeWatch ??= new ChangeWatch()
      return this.#changeWatch.changesSince(message, () => regions.changeCounts())
    })
  }

  close(): Promise<ControlAnswer<undefined>> {
    return answered(async () => {
      await this.#endService(new KMSInvalidStateException('The vault was closed. Its page has to open it again.'))
      this.#endServing()
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

  async #connect(message: ConnectMessage): Promise<ConnectedMessage> {
    const { region, isOwn, ...description } = read(connectMessage, message, 'connect')
    const { regions } = this.#mustBeOpen()
    const vault = await regions.open(region)
    const caller = await callerFor(vault.realm, description)
    const serviceOf = (sender: Sender) => serviceFor(vault, sender)
    return this.#connections.add({ caller, isOwn }, serviceOf, this.#aliveLock, lockWord(regions.lock))
  }

  #mustBeOpen(): Opened {
    if (!this.#opened) throw new KMSInvalidStateException('The vault has not been opened.')
    if (this.#hasEnded) throw new KMSInvalidStateException('The vault is not open any more.')
    return this.#opened
  }

  #tell(notice: ChangeNotice, realm: Realm): void {
    this.#changeWatch?.notice()
    const isLocked = this.#opened?.regions.lock.isLocked ?? false
    for (const { keyId, state } of notice.keys) {
      const keyState = state && shownState(state, isLocked)
      this.#post({ type: 'keystate', keyId, keyArn: keyArn(realm, keyId), region: realm.region, keyState })
    }
  }

  #tellLock(): void {
    if (!this.#opened) return
    const word = lockWord(this.#opened.regions.lock)
    this.#post(word)
    this.#connections.tell(word)
  }

  async #endService(reason: KmsError): Promise<void> {
    this.#connections.end(reason)
    this.#root = undefined
    this.#hasEnded = true
    await this.#opened?.regions.close()
  }

  /**
   * The page hears of it and terminates the worker. The lock is held until then: released here, it might be heard of
   * first (in Firefox it is), and the page would not know why the worker is gone.
   */
  #onDatabaseGone(reason: KmsError): void {
    this.#post({ type: 'closed', error: errorRecord(reason) })
    void answered(() => this.#endService(reason))
  }

  #post(message: VaultEventMessage): void {
    this.#events?.postMessage(message)
  }

  /** Holds a Web Lock for as long as this worker serves its vault. */
  #hold(name: string): Promise<void> {
    return new Promise((resolve) => {
      void navigator.locks.request(name, () => {
        resolve()
        return this.#served
      })
    })
  }
}

/** What answers the requests of one sender. */
function serviceFor(vault: RegionVault, sender: Sender): RequestService {
  return requestService(
    () => vault.prepare(),
    (operation, input, requestId) => vault.run(sender, operation, input, requestId),
  )
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
