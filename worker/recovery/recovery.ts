/** What brings a vault's keys back: its recovery pair, its protectors, and the copies that they open (chapter 10). */
import { equalInConstantTime } from '../../src/contract/bytes.js'
import {
  KMSInvalidStateException,
  LimitExceededException,
  NotFoundException,
  ValidationException,
} from '../../src/contract/errors.js'
import type { GestureMessage, NewProtectorMessage, PasskeyQuestion } from '../../src/contract/protectors.js'
import {
  MOST_PROTECTORS,
  type NewProtector,
  ONE_CODE,
  ONLY_PASSKEYS,
  type RecoverySetUp,
  type RenewedPair,
  suffices,
  tellsEveryCode,
  type WorkerStatus,
} from '../../src/contract/recovery.js'
import { IncorrectProtectorException } from '../../src/contract/recovery-errors.js'
import { recoveryLockName } from '../../src/contract/recovery-names.js'
import { recoveryDatabaseName } from '../../src/contract/vault-names.js'
import type { Bytes } from '../material/family.js'
import { RecoveryStore } from '../storage/recovery-store.js'
import type { RegionRecovery } from '../storage/schema.js'
import { audited, type RecoveryEvent } from './audited.js'
import { fitInHeader } from './backup/recovery-facts.js'
import { lossOf } from './missing-copies.js'
import { newRecord, type RestFromTheBeginning } from './new-record.js'
import { mustBeSetUp, type Opened, openWithGesture, wipe } from './opening.js'
import { askHolder } from './protectors/escrow-request.js'
import { passkeySalt } from './protectors/passkey.js'
import { newProtector, wipeGiven } from './protectors/protectors.js'
import type { ProtectorRecord } from './records.js'
import type { RecoveredRegion } from './recovered-region.js'
import type { LastBackup, RecoveryRecord } from './recovery-record.js'
import { beginRenewal, finishRenewal } from './renewal.js'
import { RecoverySecret } from './secrets.js'
import { settle } from './settlement.js'
import { protectorOf, statusOf } from './status.js'

export interface RecoveryOptions {
  readonly vaultName: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The Region that the vault was opened with: its audit trail tells of recovery. */
  readonly home: () => Promise<RecoveredRegion>
  /** All Regions that the vault has. */
  readonly allRegions: () => Promise<readonly RecoveredRegion[]>
}

/** Why a vault was locked: nobody used a key, somebody asked for it, or another tab has renewed the recovery pair. */
export type LockCause = 'idle' | 'asked' | 'pairRenewed'

/** The recovery of one vault. */
export class Recovery {
  readonly #options: RecoveryOptions
  readonly #store: RecoveryStore<RecoveryRecord>
  /** Of the vault, if it is set up here: a passkey is made for it before. */
  readonly #newVaultId = crypto.randomUUID()

  constructor(options: RecoveryOptions) {
    this.#options = options
    this.#store = new RecoveryStore(options.vaultName)
  }

  /** What it was made with; for the parts of recovery that stand beside this one. */
  get options(): RecoveryOptions {
    return this.#options
  }

  /** As it is kept; undefined if recovery is not set up. */
  read(): Promise<RecoveryRecord | undefined> {
    return this.#store.read()
  }

  /**
   * Changes what is kept, in one transaction; for the parts of recovery that stand beside this one. What all Regions have to
   * know counts `generation` up, and is followed by {@link settleAll}.
   */
  change(work: (record: RecoveryRecord) => Omit<RecoveryRecord, 'revision'>): Promise<RecoveryRecord> {
    return this.#store.change((record) => work(mustBeSetUp(record))).then(mustBeSetUp)
  }

  /** Lets one tab at a time do what changes recovery. It must not be asked for again inside. */
  async alone<Result>(work: () => Promise<Result>): Promise<Result> {
    // The opening of a Region can need the lock itself; inside, all are open.
    await this.#options.allRegions()
    return this.#locked(work)
  }

  #locked<Result>(work: () => Promise<Result>): Promise<Result> {
    return navigator.locks.request(recoveryLockName(this.#options.vaultName), work)
  }

  /** Does something, and leaves a record of it in the audit trail, however it ends. */
  async audited<Result>(
    eventName: RecoveryEvent,
    work: (details: Record<string, unknown>) => Promise<Result>,
  ): Promise<Result> {
    return audited(await this.#options.home(), { eventName, now: this.#options.now() }, work)
  }

  /** Does in one Region what follows from the record, if there is one; before its first request is answered. */
  async settle(region: RecoveredRegion): Promise<void> {
    const record = await this.#store.read()
    if (!record) return
    // Whoever takes it out of rest has the lock; one who was killed has it no more.
    if ((await region.store.recovery())?.isWaking) await this.#locked(() => this.#backToRest(region))
    else await settle(region, record)
  }

  /** Under the lock: puts Regions back to rest that were to be taken out of it, and were not. */
  async backToRest(): Promise<void> {
    for (const region of await this.#options.allRegions()) await this.#backToRest(region)
  }

  /** The same in all Regions. */
  async settleAll(record: RecoveryRecord): Promise<readonly RecoveredRegion[]> {
    const regions = await this.#options.allRegions()
    for (const region of regions) await settle(region, record)
    return regions
  }

  /**
   * Opens the recovery secret, and goes on with a renewal that was broken off.
   *
   * @returns whoever gets it wipes it ({@link wipe})
   */
  async open(gesture: GestureMessage): Promise<Opened> {
    const opened = await this.#tried(gesture)
    if (!opened.record.previousPair) return opened
    const { vaultName } = this.#options
    await navigator.locks.request(recoveryLockName(vaultName), { ifAvailable: true }, async (lock) => {
      // Whoever has the lock renews just now. And what fails here is tried again with the next gesture: status() tells.
      if (lock) await finishRenewal(this, opened).catch(() => {})
    })
    return opened
  }

  /** Opens the recovery secret for as long as `use` runs. */
  async withGesture<Result>(gesture: GestureMessage, use: (opened: Opened) => Promise<Result>): Promise<Result> {
    const opened = await this.open(gesture)
    try {
      return await use(opened)
    } finally {
      wipe(opened)
    }
  }

  /**
   * @param atRest for a vault that is locked at rest from the beginning; `begin` is called with what opens it, before it is
   */
  async setUp(given: readonly NewProtectorMessage[], atRest?: RestFromTheBeginning): Promise<RecoverySetUp> {
    const settingUp = this.audited('SetUpRecovery', (details) =>
      this.alone(async () => {
        if (await this.#store.read()) throw setUpAlready()
        for (const { store } of await this.#options.allRegions())
          if ((await store.recovery())?.atRest) throw recordLost()
        if (!suffices(given)) throw new ValidationException(ONLY_PASSKEYS)
        if (!tellsEveryCode(given)) throw new ValidationException(ONE_CODE)
        this.#tellOthers()
        const { record, recoveryCode } = await newRecord(given, {
          vaultId: this.#newVaultId,
          now: this.#options.now(),
          atRest,
        })
        const written = await this.#store.change((current) => {
          if (current) throw setUpAlready()
          return record
        })
        details.protectors = record.protectors.map(({ id, type }) => ({ id, type }))
        // It counts from here on, and the code is told in any case: nobody could show it again. What is left to do in a Region
        // is done when its status is asked for, or at the next opening.
        await this.settleAll(mustBeSetUp(written)).catch(() => {})
        return {
          protectors: record.protectors.map(protectorOf),
          ...(recoveryCode !== undefined && { recoveryCode }),
        }
      }),
    )
    return settingUp.finally(() => given.forEach(wipeGiven))
  }

  /**
   * What follows from a set-up in another tab is done here too, when it has ended, also by being killed: the tab that began it
   * has said so before, and has the lock until then.
   */
  async catchUp(): Promise<void> {
    await this.alone(async () => {
      const record = await this.#store.read()
      if (record) await this.settleAll(record)
    })
  }

  async status(): Promise<WorkerStatus> {
    return this.audited('GetRecoveryStatus', async () => {
      const record = await this.#store.read()
      const regions = record ? await this.settleAll(record) : await this.#options.allRegions()
      const losses = await Promise.all(regions.map(lossOf))
      const changes = await Promise.all(
        regions.map(async ({ realm, store }) => [realm.region, await store.changeCount()] as const),
      )
      return statusOf(record, { losses, changes: new Map(changes), now: this.#options.now() })
    })
  }

  async verify(gesture: GestureMessage): Promise<boolean> {
    return this.audited('VerifyProtector', async (details) => {
      try {
        return await this.withGesture(gesture, async ({ protectorId }) => {
          details.protectorId = protectorId
          return true
        })
      } catch (error) {
        if (!(error instanceof IncorrectProtectorException)) throw error
        details.opens = false
        return false
      }
    })
  }

  async add(gesture: GestureMessage, given: NewProtectorMessage): Promise<NewProtector> {
    const adding = this.audited('AddProtector', (details) =>
      this.#withGestureAlone(gesture, async ({ record, secret, protectorId }) => {
        if (record.protectors.length >= MOST_PROTECTORS)
          throw new LimitExceededException(`A vault has at most ${MOST_PROTECTORS} protectors. Remove one first.`)
        const { vaultId, rootPublicKey, pair } = record
        const { pairId } = pair
        const now = this.#options.now()
        const made = await newProtector(given, { vaultId, rootPublicKey, pairId, secret: secret.bytes }, now)
        await this.change((current) => ({
          ...current,
          protectors: fitting([...current.protectors, made.record], pairId),
          changedAt: now,
        }))
        Object.assign(details, { openedBy: protectorId, protectorId: made.record.id, type: made.record.type })
        const { recoveryCode } = made
        return { protector: protectorOf(made.record), ...(recoveryCode !== undefined && { recoveryCode }) }
      }),
    )
    return adding.finally(() => wipeGiven(given))
  }

  async remove(gesture: GestureMessage, protectorId: string): Promise<undefined> {
    return this.audited('RemoveProtector', (details) => {
      details.protectorId = protectorId
      return this.#withGestureAlone(gesture, async (opened) => {
        details.openedBy = opened.protectorId
        const { type } = protectorNamed(opened.record, protectorId)
        details.type = type
        const left = opened.record.protectors.filter(({ id }) => id !== protectorId)
        // The answer of an escrow holder opens the new pair alone, and ends no renewal.
        if (mustBeSetUp(await this.#store.read()).previousPair) throw renewalLeft()
        if (left.length === 0) throw new KMSInvalidStateException('The last protector stays. Add another one first.')
        if (!suffices(left)) throw new KMSInvalidStateException(ONLY_PASSKEYS)
        await this.change((current) => ({
          ...current,
          protectors: current.protectors.filter(({ id }) => id !== protectorId),
          // What opens the answer of a holder who is none any more does not stay on the disk.
          pendingAnswers: (current.pendingAnswers ?? []).filter((each) => each.protectorId !== protectorId),
          changedAt: this.#options.now(),
        }))
        return undefined
      })
    })
  }

  async rename(protectorId: string, label: string): Promise<undefined> {
    return this.audited('RenameProtector', (details) =>
      this.alone(async () => {
        details.protectorId = protectorId
        await this.change((current) => {
          const named = { ...protectorNamed(current, protectorId), label }
          const protectors = current.protectors.map((each) => (each.id === protectorId ? named : each))
          return { ...current, protectors: fitting(protectors, current.pair.pairId) }
        })
        return undefined
      }),
    )
  }

  async renewPair(gesture: GestureMessage): Promise<RenewedPair> {
    return this.audited('RenewRecoveryPair', (details) =>
      this.alone(async () => {
        const opened = await this.#tried(gesture)
        const secrets = new Map(opened.secrets)
        try {
          details.openedBy = opened.protectorId
          let { record } = opened
          // What was broken off is ended; it is as new as one that begins now, unless protectors were changed since: one that was
          // removed opens the pair that it ends with.
          if (record.previousPair && record.changedAt !== record.pair.createdAt) {
            await finishRenewal(this, { record, secrets })
            record = mustBeSetUp(await this.#store.read())
          }
          if (!record.previousPair) {
            const secret = RecoverySecret.random(opened.secret.rootSeed)
            const pair = {
              pairId: crypto.randomUUID(),
              publicKey: await secret.publicKey(),
              createdAt: this.#options.now(),
            }
            secrets.set(pair.pairId, secret)
            record = await beginRenewal(this, record, pair, secret)
          }
          details.pairId = record.pair.pairId
          return await finishRenewal(this, { record, secrets })
        } finally {
          wipe({ secrets })
        }
      }),
    )
  }

  async request(protectorId: string): Promise<Bytes> {
    return this.audited('RequestEscrow', (details) =>
      this.alone(async () => {
        details.protectorId = protectorId
        const { vaultId, pair, protectors } = mustBeSetUp(await this.#store.read())
        const protector = protectorNamed({ protectors }, protectorId)
        const wrap = protector.wraps.find(({ pairId }) => pairId === pair.pairId)
        if (protector.type !== 'escrow' || !wrap)
          throw new ValidationException('Only the holder of an escrow key is asked: the others are with the person.')
        const { request, pending } = await askHolder(protector, vaultId, wrap, this.#options.now())
        await this.change((current) => ({
          ...current,
          pendingAnswers: [
            ...(current.pendingAnswers ?? []).filter((each) => each.protectorId !== protectorId),
            pending,
          ],
        }))
        return request
      }),
    )
  }

  async passkeys(): Promise<PasskeyQuestion> {
    const { vaultId = this.#newVaultId, protectors = [] } = (await this.#store.read()) ?? {}
    return {
      salt: await passkeySalt(vaultId),
      passkeys: protectors.flatMap((each) => (each.type === 'passkey' ? each.parameters : [])),
    }
  }

  /** Notes of a renewed key that nothing is encrypted under its older materials any more. */
  async noteReEncrypted(keyArn: string): Promise<undefined> {
    return this.audited('NoteReEncrypted', async (details) => {
      details.keyArn = keyArn
      const losses = await Promise.all((await this.#options.allRegions()).map(lossOf))
      if (losses.some(({ current }) => current.includes(keyArn)))
        throw new KMSInvalidStateException(`The current material of ${keyArn} has no copy: renew it first.`)
      // All Regions' keys of a set have the same materials, and one may decrypt what another has encrypted.
      const isOfSet = (arn: string) => arn.endsWith(keyArn.slice(keyArn.indexOf(':key/')))
      const materialIds = losses.flatMap(({ older }) =>
        [...older].filter(([arn]) => isOfSet(arn)).flatMap(([, ids]) => ids),
      )
      await this.change((current) => ({
        ...current,
        reEncrypted: [...new Set([...(current.reEncrypted ?? []), ...materialIds])],
      }))
      return undefined
    })
  }

  /** Notes a backup that somebody has put somewhere. */
  async noteBackup(lastBackup: LastBackup): Promise<undefined> {
    await this.change((current) => ({ ...current, lastBackup }))
    return undefined
  }

  /** Leaves a record of it that the vault of this tab was locked, and why. */
  async noteLocked(cause: LockCause): Promise<undefined> {
    return this.audited('LockVault', async (details) => {
      details.cause = cause
      return undefined
    })
  }

  /** Notes a rehearsal. */
  async noteRehearsal(ok: boolean): Promise<void> {
    const at = this.#options.now()
    await this.change((current) => ({ ...current, lastRehearsal: { at, ok } }))
  }

  close(): void {
    this.#store.close()
  }

  async #tried(gesture: GestureMessage): Promise<Opened> {
    const opened = await openWithGesture({ ...this.#options, store: this.#store }, gesture)
    try {
      for (const region of await this.#options.allRegions()) await this.#checkKeyOf(region, opened)
      return opened
    } catch (error) {
      wipe(opened)
      throw error
    }
  }

  /**
   * Each Region has the public key at hand that its copies are sealed to: it has to be the one that was opened. One that
   * somebody has put there in its place is replaced, and told of once.
   */
  async #checkKeyOf({ realm, store }: RecoveredRegion, { record: { pair } }: Opened): Promise<void> {
    const known = await store.recovery()
    // Read after that: no Region knows of a later change. What was changed meanwhile, somebody else looks at.
    const record = mustBeSetUp(await this.#store.read())
    if (!known || record.pair.pairId !== pair.pairId || !isForeign(known, record)) return
    await store.mutate(async (transaction) => {
      const current = await transaction.recovery()
      const { generation } = record
      const { pairId, publicKey } = pair
      if (current && isForeign(current, record))
        await transaction.putRecovery({ ...current, pairId, publicKey, generation, isSettled: false })
    })
    throw new KMSInvalidStateException(
      `The recovery key that ${realm.region} has sealed copies to was not the one that your protectors open: somebody has changed it in the storage of this vault, and it is replaced now. Copies that were made since can be opened by whoever did, and by nobody else: vault.recovery.rehearse names their keys.`,
    )
  }

  /** Workers of other tabs that are open: see `Regions`. */
  #tellOthers(): void {
    const channel = new BroadcastChannel(recoveryDatabaseName(this.#options.vaultName))
    channel.postMessage('setUp')
    channel.close()
  }

  async #backToRest(region: RecoveredRegion): Promise<void> {
    await settle(region, mustBeSetUp(await this.#store.read()), { endsWaking: true })
  }

  /** Under the lock, with a renewal that was broken off brought to its end before. */
  #withGestureAlone<Result>(gesture: GestureMessage, use: (opened: Opened) => Promise<Result>): Promise<Result> {
    return this.alone(async () => {
      const opened = await this.#tried(gesture)
      try {
        if (opened.record.previousPair) await finishRenewal(this, opened)
        return await use(opened)
      } finally {
        wipe(opened)
      }
    })
  }
}

/** Whether a Region believes to know all of a record, and has another key than that. */
function isForeign({ vaultId, generation, pairId, publicKey }: RegionRecovery, record: RecoveryRecord): boolean {
  if (vaultId !== record.vaultId || generation < record.generation) return false
  return pairId !== record.pair.pairId || !equalInConstantTime(publicKey, record.pair.publicKey)
}

function protectorNamed({ protectors }: Pick<RecoveryRecord, 'protectors'>, protectorId: string): ProtectorRecord {
  const found = protectors.find(({ id }) => id === protectorId)
  if (!found) throw new NotFoundException('There is no such protector. vault.recovery.status() lists them.')
  return found
}

/** A new recovery would have other copies: those of before would go, and there is nothing else of a vault that is at rest. */
function recordLost(): KMSInvalidStateException {
  return new KMSInvalidStateException(
    'The record of the recovery of this vault is lost, and the vault is locked at rest: nothing in this browser opens it. Restore its last backup.',
  )
}

/** @throws LimitExceededException for more than a backup can say in clear: nobody could make one any more */
function fitting(protectors: readonly ProtectorRecord[], pairId: string): readonly ProtectorRecord[] {
  if (fitInHeader(protectors, pairId)) return protectors
  throw new LimitExceededException(
    'A backup would have no room for these protectors: remove one first, or give them shorter labels.',
  )
}

function renewalLeft(): KMSInvalidStateException {
  return new KMSInvalidStateException(
    'A renewal of the recovery pair was broken off, and this gesture cannot end it: use another protector.',
  )
}

function setUpAlready(): KMSInvalidStateException {
  return new KMSInvalidStateException(
    'Recovery is set up already. Add protectors with vault.recovery.add, or make a new recovery pair with vault.recovery.renewPair.',
  )
}
