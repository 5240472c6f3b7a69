/** Plays commands on a vault and on its model, and compares every answer. */
import type { KmsClient } from 'browser-kms'
import { expect } from 'vitest'
import { wrap } from '../fixtures/import.js'
import { call, utf8 } from '../fixtures/vault.js'
import type { Change, Command, ImportCommand, TimeCommand } from './ten-years-commands.js'
import {
  isExternal,
  isSymmetric,
  type KeyKind,
  kinds,
  Model,
  type ModelCiphertext,
  type ModelKey,
  type ModelToken,
  materialsOf,
  Refused,
  textOf,
  WRONG_LENGTH,
} from './ten-years-model.js'
import { type Tab, Tabs } from './ten-years-tabs.js'

const MINUTE = 60_000
/** Another tab has heard of a change by then, at the latest. Milliseconds. */
const HEARD = 60
const message = utf8('signed for ten years')
const nobodysId = '0'.repeat(64)
const wrapping = { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' } as const

/** One command of so many takes any key, deleted ones too. */
const UNFIT = 8
const isRotating = ({ kind }: ModelKey) => kind === 'symmetric'
/** The keys that commands are made for. */
const fitting: { readonly [Name in Command['do']]?: (key: ModelKey) => boolean } = {
  encrypt: isSymmetric,
  reEncrypt: isSymmetric,
  prove: (key) => !isSymmetric(key),
  enable: ({ state }) => state === 'Disabled',
  disable: ({ state }) => state === 'Enabled',
  schedule: ({ state }) => state !== 'PendingDeletion',
  cancel: ({ state }) => state === 'PendingDeletion',
  enableRotation: isRotating,
  disableRotation: isRotating,
  rotate: isSymmetric,
  rotations: isSymmetric,
  status: isSymmetric,
  createAlias: isSymmetric,
  parameters: isExternal,
  import: isExternal,
  deleteMaterial: ({ materials }) => materials.some(({ bytes }) => bytes !== undefined),
  approach: ({ deletionDate, rotation, materials }) =>
    deletionDate !== undefined || rotation !== undefined || materials.some(({ validTo }) => validTo !== undefined),
}

/** A MAC or a signature that was made once. */
interface Proof {
  readonly key: ModelKey
  readonly bytes: Uint8Array<ArrayBuffer>
}

interface Parameters {
  readonly token: ModelToken
  readonly importToken: Uint8Array
  readonly publicKey: Uint8Array
}

type Answer = Record<string, unknown>

export class Simulation {
  readonly model: Model
  readonly #tabs: Tabs
  /** The tab that is used, and the other one, if it is open. */
  #tab: Tab
  #other: Tab | undefined
  readonly #proofs: Proof[] = []
  readonly #parameters = new Map<ModelKey, Parameters>()
  #counter = 0

  /** Begins with a new vault, whose clock is at a moment. */
  static async begin(moment: number): Promise<Simulation> {
    const tabs = new Tabs()
    return new Simulation(new Model(moment), tabs, await tabs.open(moment))
  }

  private constructor(model: Model, tabs: Tabs, tab: Tab) {
    this.model = model
    this.#tabs = tabs
    this.#tab = tab
  }

  discard(): Promise<void> {
    return this.#tabs.discard()
  }

  get #kms(): KmsClient {
    return this.#tab.kms
  }

  /** Creates many keys at once. */
  async populate(population: readonly KeyKind[]): Promise<void> {
    const created = await Promise.all(population.map((kind) => call(this.#kms, 'CreateKey', kinds[kind])))
    for (const [index, { KeyMetadata }] of created.entries()) {
      const { KeyId } = KeyMetadata as { KeyId: string }
      const { answer } = outcomeOf(() => this.model.createKey(population[index] as KeyKind, KeyId))
      expect({ KeyMetadata }).toEqual(answer)
    }
  }

  /** Imports the first material of every key that waits for one. */
  async importFirst(): Promise<void> {
    const waiting = this.model.keys.filter(({ state }) => state === 'PendingImport')
    await Promise.all(waiting.map((key) => this.#import(key, plainImport)))
  }

  /** Plays commands one after the other. */
  async play(commands: readonly Command[]): Promise<void> {
    for (const command of commands) await this.#play(command)
  }

  /** Plays commands side by side, as far as they have nothing to do with each other. */
  async playTogether(commands: readonly Command[]): Promise<void> {
    let running: Promise<void>[] = []
    const touched = new Set<ModelKey | string>()
    for (const command of commands) {
      const own = this.#touchedBy(command)
      if (!own || own.some((one) => touched.has(one))) {
        await Promise.all(running)
        running = []
        touched.clear()
      }
      if (!own) await this.#play(command)
      else {
        for (const one of this.#touchedBy(command) ?? []) touched.add(one)
        running.push(this.#play(command))
      }
    }
    await Promise.all(running)
  }

  /** Keys and aliases that a command has to do with; undefined if it has to be alone. */
  #touchedBy(command: Command): (ModelKey | string)[] | undefined {
    const targets: (ModelKey | string | undefined)[] = []
    switch (command.do) {
      case 'create':
      case 'keys':
      case 'approach':
      case 'glimpse':
        return undefined
    }
    if ('key' in command) targets.push(this.#key(command.key, command.do))
    if ('alias' in command) targets.push(aliasOf(command.alias), this.model.aliases.get(aliasOf(command.alias)))
    if ('ciphertext' in command) targets.push(this.#ciphertext(command.ciphertext)?.key)
    if ('proof' in command) targets.push(this.#proof(command.proof)?.key)
    const found = targets.filter((target) => target !== undefined)
    return found.length > 0 ? found : undefined
  }

  /** Mostly a key that the command is made for; otherwise any, and it learns why not. */
  #key(number: number, command: Command['do']): ModelKey | undefined {
    const { keys } = this.model
    const fits = number % UNFIT === 0 ? undefined : fitting[command]
    const fit = fits ? keys.filter((key) => !key.isGone && fits(key)) : []
    return fit.length > 0 ? oneOf(fit, number) : oneOf(keys, number)
  }

  #ciphertext(number: number): ModelCiphertext | undefined {
    return oneOf(this.model.ciphertexts, number)
  }

  #proof(number: number): Proof | undefined {
    return oneOf(this.#proofs, number)
  }

  async #play(command: Command): Promise<void> {
    switch (command.do) {
      case 'create':
        return this.populate([command.kind])
      case 'keys':
        return this.#listKeys(command.limit)
      case 'deleteAlias':
        return this.#deleteAlias(aliasOf(command.alias))
      case 'encryptByAlias': {
        const alias = aliasOf(command.alias)
        return this.#encrypt(alias, () => this.model.targetOf(alias))
      }
      case 'decrypt':
        return this.#decrypt(this.#ciphertext(command.ciphertext))
      case 'verify':
        return this.#verify(this.#proof(command.proof))
      case 'reEncrypt': {
        const ciphertext = this.#ciphertext(command.ciphertext)
        const key = this.#key(command.key, command.do)
        return ciphertext && key && this.#reEncrypt(ciphertext, key)
      }
      case 'advance':
      case 'setBack':
      case 'approach':
      case 'glimpse':
      case 'otherTab':
      case 'reopen':
      case 'kill':
        return this.#playTime(command)
    }
    const key = this.#key(command.key, command.do)
    if (!key) return
    switch (command.do) {
      case 'encrypt':
        return this.#encrypt(key.id, () => key)
      case 'prove':
        return this.#prove(key)
      case 'parameters':
        return this.#getParameters(key)
      case 'import':
        return this.#import(key, command)
      case 'createAlias':
        return this.#createAlias(aliasOf(command.alias), key)
      case 'rotations':
        return this.#listRotations(key, command.all, command.limit)
      case 'describe':
        return this.#describe(key)
      case 'status':
        return this.#status(key)
      default:
        return this.#makeChange(key, command)
    }
  }

  async #makeChange(key: ModelKey, change: Change): Promise<void> {
    const { predict, ask } = this.#change(key, change)
    for (let time = 0; time < (change.do === 'rotate' ? change.times : 1); time++)
      await this.#compare(change.do, predict, ask)
    await this.#describe(key)
  }

  /** A change of one key: its prediction, and the request. */
  #change(key: ModelKey, change: Change): { predict: () => object; ask: () => Promise<Answer> } {
    const { model } = this
    const kms = this.#kms
    const KeyId = key.id
    switch (change.do) {
      case 'enable':
        return { predict: () => model.enableKey(key), ask: () => call(kms, 'EnableKey', { KeyId }) }
      case 'disable':
        return { predict: () => model.disableKey(key), ask: () => call(kms, 'DisableKey', { KeyId }) }
      case 'cancel':
        return { predict: () => model.cancelKeyDeletion(key), ask: () => call(kms, 'CancelKeyDeletion', { KeyId }) }
      case 'rotate':
        return { predict: () => model.rotateKeyOnDemand(key), ask: () => call(kms, 'RotateKeyOnDemand', { KeyId }) }
      case 'disableRotation':
        return { predict: () => model.disableKeyRotation(key), ask: () => call(kms, 'DisableKeyRotation', { KeyId }) }
      case 'schedule':
        return {
          predict: () => model.scheduleKeyDeletion(key, change.days),
          ask: () => call(kms, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: change.days }),
        }
      case 'enableRotation':
        return {
          predict: () => model.enableKeyRotation(key, change.days),
          ask: () => call(kms, 'EnableKeyRotation', { KeyId, RotationPeriodInDays: change.days }),
        }
      case 'deleteMaterial': {
        const { material } = change
        const KeyMaterialId =
          material === undefined
            ? undefined
            : isExternal(key)
              ? (materialsOf(key)[material]?.name.id ?? nobodysId)
              : nobodysId
        return {
          predict: () => model.deleteImportedKeyMaterial(key, material),
          ask: () => call(kms, 'DeleteImportedKeyMaterial', { KeyId, ...(KeyMaterialId && { KeyMaterialId }) }),
        }
      }
    }
  }

  /**
   * Asks the vault, and compares its answer or its refusal with the predicted one.
   *
   * @returns the answer, if it is none but the predicted one
   */
  async #compare(what: string, predict: () => object, ask: () => Promise<Answer>): Promise<Answer | undefined> {
    const { model } = this
    const at = new Date(model.now).toISOString()
    const expected = outcomeOf(predict)
    let actual: Outcome
    let reason = ''
    try {
      actual = { answer: withoutMetadata(await ask()) }
    } catch (error) {
      actual = { refused: (error as Error).name }
      reason = (error as Error).message
    }
    expect(actual, `${what} at ${at}: ${reason}`).toEqual(expected)
    return actual.answer
  }

  async #describe(key: ModelKey): Promise<void> {
    const ask = () => call(this.#kms, 'DescribeKey', { KeyId: key.id })
    await this.#compare('DescribeKey', () => this.model.describeKey(key), ask)
  }

  async #status(key: ModelKey): Promise<void> {
    const ask = () => call(this.#kms, 'GetKeyRotationStatus', { KeyId: key.id })
    await this.#compare('GetKeyRotationStatus', () => this.model.getKeyRotationStatus(key), ask)
  }

  async #listRotations(key: ModelKey, all: boolean, limit: number | undefined): Promise<void> {
    const request = { KeyId: key.id, IncludeKeyMaterial: all ? 'ALL_KEY_MATERIAL' : 'ROTATIONS_ONLY' }
    const predict = () => ({ items: this.model.listKeyRotations(key, all) })
    const ask = () => allPages(this.#kms, 'ListKeyRotations', 'Rotations', request, limit)
    await this.#compare('ListKeyRotations', predict, ask)
  }

  async #listKeys(limit: number | undefined): Promise<void> {
    // Some pages, however many keys there are.
    const size = limit && Math.max(limit, Math.ceil(this.model.keys.length / 5))
    const ask = () => allPages(this.#kms, 'ListKeys', 'Keys', {}, size)
    await this.#compare('ListKeys', () => ({ items: this.model.listKeys() }), ask)
  }

  async #createAlias(AliasName: string, key: ModelKey): Promise<void> {
    const ask = () => call(this.#kms, 'CreateAlias', { AliasName, TargetKeyId: key.id })
    await this.#compare('CreateAlias', () => this.model.createAlias(AliasName, key), ask)
  }

  async #deleteAlias(AliasName: string): Promise<void> {
    const ask = () => call(this.#kms, 'DeleteAlias', { AliasName })
    await this.#compare('DeleteAlias', () => this.model.deleteAlias(AliasName), ask)
  }

  async #encrypt(KeyId: string, target: () => ModelKey): Promise<void> {
    const text = this.#counter++
    let made: ModelCiphertext | undefined
    const predict = () => {
      const encrypted = this.model.encrypt(target(), text)
      made = encrypted.made
      return encrypted.answer
    }
    const answer = await this.#compare('Encrypt', predict, () => {
      return call(this.#kms, 'Encrypt', { KeyId, Plaintext: textOf(text) })
    })
    if (made) made.blob = answer?.CiphertextBlob as Uint8Array
  }

  async #decrypt(ciphertext: ModelCiphertext | undefined): Promise<void> {
    if (!ciphertext) return
    const ask = () => call(this.#kms, 'Decrypt', { CiphertextBlob: ciphertext.blob })
    await this.#compare('Decrypt', () => this.model.decrypt(ciphertext), ask)
  }

  async #reEncrypt(ciphertext: ModelCiphertext, key: ModelKey): Promise<void> {
    let made: ModelCiphertext | undefined
    const predict = () => {
      const encrypted = this.model.reEncrypt(ciphertext, key)
      made = encrypted.made
      return encrypted.answer
    }
    const request = { CiphertextBlob: ciphertext.blob, DestinationKeyId: key.id }
    const answer = await this.#compare('ReEncrypt', predict, () => call(this.#kms, 'ReEncrypt', request))
    if (made) made.blob = answer?.CiphertextBlob as Uint8Array
  }

  async #prove(key: ModelKey): Promise<void> {
    const KeyId = key.id
    const known = this.#proofs.find((proof) => proof.key === key)
    if (key.kind === 'ecc') {
      const signed = await this.#compare(
        'Sign',
        () => {
          this.model.authenticate(key, 'SIGN_VERIFY')
          return { KeyId: expect.any(String), Signature: expect.any(Uint8Array), SigningAlgorithm: 'ECDSA_SHA_256' }
        },
        () => call(this.#kms, 'Sign', { KeyId, Message: message, SigningAlgorithm: 'ECDSA_SHA_256' }),
      )
      if (signed) this.#proofs.push({ key, bytes: signed.Signature as Uint8Array<ArrayBuffer> })
      return
    }
    const made = await this.#compare(
      'GenerateMac',
      () => {
        this.model.authenticate(key, 'GENERATE_VERIFY_MAC')
        return { KeyId: expect.any(String), Mac: known?.bytes ?? expect.any(Uint8Array), MacAlgorithm: 'HMAC_SHA_256' }
      },
      () => call(this.#kms, 'GenerateMac', { KeyId, Message: message, MacAlgorithm: 'HMAC_SHA_256' }),
    )
    if (made && !known) this.#proofs.push({ key, bytes: made.Mac as Uint8Array<ArrayBuffer> })
  }

  async #verify(proof: Proof | undefined): Promise<void> {
    if (!proof) return
    const { key, bytes } = proof
    const isSignature = key.kind === 'ecc'
    const predict = () => {
      this.model.authenticate(key, isSignature ? 'SIGN_VERIFY' : 'GENERATE_VERIFY_MAC')
      return { KeyId: expect.any(String), ...valid }
    }
    const valid = isSignature
      ? { SignatureValid: true, SigningAlgorithm: 'ECDSA_SHA_256' }
      : { MacValid: true, MacAlgorithm: 'HMAC_SHA_256' }
    const request = { KeyId: key.id, Message: message }
    const ask = isSignature
      ? () => call(this.#kms, 'Verify', { ...request, Signature: bytes, SigningAlgorithm: 'ECDSA_SHA_256' })
      : () => call(this.#kms, 'VerifyMac', { ...request, Mac: bytes, MacAlgorithm: 'HMAC_SHA_256' })
    await this.#compare(isSignature ? 'Verify' : 'VerifyMac', predict, ask)
  }

  async #getParameters(key: ModelKey): Promise<void> {
    let token: ModelToken | undefined
    const predict = () => {
      const got = this.model.getParametersForImport(key)
      token = got.token
      return got.answer
    }
    const ask = () => call(this.#kms, 'GetParametersForImport', { KeyId: key.id, ...wrapping })
    const answer = (await this.#compare('GetParametersForImport', predict, ask)) as
      | { ImportToken: Uint8Array; PublicKey: Uint8Array }
      | undefined
    if (answer && token)
      this.#parameters.set(key, { token, importToken: answer.ImportToken, publicKey: answer.PublicKey })
  }

  async #import(key: ModelKey, { bytes, minutes, type, description, fault }: ImportCommand): Promise<void> {
    const { model } = this
    const usable = () => {
      const token = this.#parameters.get(key)?.token
      return token && !token.isSpent && token.validTo > model.now
    }
    if (fault !== 'oldToken' && !usable()) await this.#getParameters(key)
    const parameters = this.#parameters.get(key)
    const wrapped = parameters
      ? await wrap(parameters.publicKey, wrapping.WrappingAlgorithm, bytesOf(model.keys.indexOf(key), bytes))
      : new Uint8Array(256)
    const isGarbled = fault === 'garbled'
    const namesOther = fault === 'otherName'
    if (isGarbled) wrapped.fill(0, 100)
    const validTo = minutes === undefined ? undefined : model.now + minutes * MINUTE
    const request = {
      KeyId: key.id,
      ImportToken: parameters?.importToken ?? new Uint8Array(100),
      EncryptedKeyMaterial: wrapped,
      ...(validTo === undefined ? { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' } : { ValidTo: new Date(validTo) }),
      ...(type && { ImportType: type }),
      ...(description !== undefined && { KeyMaterialDescription: description }),
      ...(namesOther && { KeyMaterialId: nobodysId }),
    }
    await this.#compare(
      'ImportKeyMaterial',
      () =>
        model.importKeyMaterial(key, { bytes, validTo, type, description, namesOther, isGarbled }, parameters?.token),
      () => call(this.#kms, 'ImportKeyMaterial', request),
    )
    await this.#describe(key)
  }

  async #playTime(command: TimeCommand): Promise<void> {
    const { model } = this
    switch (command.do) {
      case 'advance':
        return this.#goTo(model.now + command.minutes * MINUTE)
      case 'setBack':
        return this.#goTo(model.now - command.minutes * MINUTE)
      case 'approach': {
        const key = this.#key(command.key, command.do)
        const deadline = key && oneOf(model.deadlinesOf(key), command.deadline)
        if (!key || deadline === undefined) return
        await this.#goTo(deadline + command.minutes * MINUTE)
        return command.isUsed ? this.#makeChange(key, { do: 'rotate', key: 0, times: 1 }) : this.#describe(key)
      }
      case 'glimpse':
        return this.#glimpse(this.#key(command.key, command.do), command.minutes)
      case 'otherTab':
        return this.#goToOtherTab(command.settle)
      case 'reopen':
        await this.#tab.close()
        return this.#openAgain(model.now + command.minutes * MINUTE)
      case 'kill':
        return this.#kill(command.change, command.minutes, command.after)
    }
  }

  /** Sets the clock of all tabs; one of them notices, and does what is due. */
  async #goTo(moment: number): Promise<void> {
    await this.#setClock(moment)
    await this.#makeAnyChange()
  }

  async #setClock(moment: number): Promise<void> {
    const isBack = moment < this.model.now
    this.model.setClock(moment)
    this.#tab.setClock(moment)
    this.#other?.setClock(moment)
    // A tab that still had the later time in mind could act on it.
    if (isBack) await this.#other?.kms.listKeys({ Limit: 1 })
  }

  /** A change that means nothing: what is due is done before it, and the time is written down with it. */
  async #makeAnyChange(): Promise<void> {
    const able = this.model.keys.filter(({ isGone, state }) => !isGone && state !== 'PendingDeletion')
    // Rather not one whose material could expire: that the others are not looked at is the point.
    const key = able.find((candidate) => !isExternal(candidate)) ?? able[0]
    if (!key) return this.populate(['hmac'])
    const Description = `change ${this.#counter++}`
    const ask = () => call(this.#kms, 'UpdateKeyDescription', { KeyId: key.id, Description })
    await this.#compare('UpdateKeyDescription', () => this.model.updateKeyDescription(key, Description), ask)
  }

  /**
   * The clock is ahead for the time of one use of a key, which is no reason to look at all the others. What that does to
   * imported material is certain; to deletions and rotations it is not, so that there is none in that time.
   */
  async #glimpse(key: ModelKey | undefined, minutes: number): Promise<void> {
    const { now, lastCalmMinute } = this.model
    const moment = Math.min(now + minutes * MINUTE, lastCalmMinute)
    if (!key || moment <= now) return
    await this.#setClock(moment)
    await (isSymmetric(key) ? this.#encrypt(key.id, () => key) : this.#prove(key))
    await this.#goTo(now)
  }

  async #goToOtherTab(settle: 'wait' | 'change'): Promise<void> {
    const other = this.#other ?? (await this.#tabs.open(this.model.now))
    this.#other = this.#tab
    this.#tab = other
    if (settle === 'wait') await sleep(HEARD)
    else await this.#makeAnyChange()
  }

  async #openAgain(moment: number): Promise<void> {
    this.#tab = await this.#tabs.open(moment)
    await this.#goTo(moment)
  }

  /** Ends the worker in the middle of a change: it has happened or not, and nothing in between. */
  async #kill(change: Change | undefined, minutes: number, after: number): Promise<void> {
    const key = change && this.#key(change.key, change.do)
    if (!change || !key || key.isGone) {
      const moment = this.model.now + minutes * MINUTE
      this.#tab.setClock(moment)
      this.#kms.listKeys({ Limit: 1 }).catch(() => {})
      if (after > 0) await sleep(after)
      this.#tab.kill()
      return this.#openAgain(moment)
    }
    await this.#lookInto(key)
    const before = this.#predictedLook(key)
    const { predict, ask } = this.#change(key, change)
    ask().catch(() => {})
    if (after > 0) await sleep(after)
    this.#tab.kill()
    this.#tab = await this.#tabs.open(this.model.now)
    if (!isEqual(await this.#actualLook(key), before)) outcomeOf(predict)
    await this.#makeAnyChange()
    await this.#lookInto(key)
  }

  /** Everything that is told about a key. */
  async #lookInto(key: ModelKey): Promise<void> {
    await Promise.all([this.#describe(key), this.#status(key), this.#listRotations(key, true, undefined)])
  }

  #predictedLook(key: ModelKey): unknown[] {
    const { model } = this
    const rotations = () => ({ items: model.listKeyRotations(key, true) })
    const predictions = [() => model.describeKey(key), () => model.getKeyRotationStatus(key), rotations]
    return predictions.map(outcomeOf)
  }

  #actualLook({ id: KeyId }: ModelKey): Promise<unknown[]> {
    const request = { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }
    const asked = [
      call(this.#kms, 'DescribeKey', { KeyId }),
      call(this.#kms, 'GetKeyRotationStatus', { KeyId }),
      allPages(this.#kms, 'ListKeyRotations', 'Rotations', request, undefined),
    ]
    const outcome = (answer: Promise<Answer>) =>
      answer.then(
        (value) => ({ answer: withoutMetadata(value) }),
        (error: Error) => ({ refused: error.name }),
      )
    return Promise.all(asked.map(outcome))
  }

  /** Whether every key is what it should be, and opens what it should open. */
  async check(): Promise<void> {
    await this.#listKeys(undefined)
    await Promise.all(this.model.keys.map((key) => this.#lookInto(key)))
    await Promise.all(this.model.ciphertexts.map((ciphertext) => this.#decrypt(ciphertext)))
    await Promise.all(this.#proofs.map((proof) => this.#verify(proof)))
  }

  /** Brings back into use whatever is not deleted, so that everything that was ever encrypted under it has to open. */
  async revive(): Promise<void> {
    const living = this.model.keys.filter(({ isGone }) => !isGone)
    await Promise.all(living.map((key) => this.#revive(key)))
    const lost = living.filter(({ state, materials }) => state !== 'Enabled' && materials.length > 0)
    expect(lost).toEqual([])
  }

  async #revive(key: ModelKey): Promise<void> {
    const { state, materials } = key
    if (state === 'PendingDeletion') await this.#makeChange(key, { do: 'cancel', key: 0 })
    for (const { isHere, bytes } of materials) {
      if (isHere || bytes === undefined) continue
      await this.#import(key, { ...plainImport, bytes })
    }
    if (key.state === 'Disabled') await this.#makeChange(key, { do: 'enable', key: 0 })
  }
}

const plainImport = {
  do: 'import',
  key: 0,
  bytes: 0,
  minutes: undefined,
  type: undefined,
  description: undefined,
  fault: undefined,
} as const

interface Outcome {
  readonly answer?: Answer
  readonly refused?: string
}

function outcomeOf(predict: () => object): Outcome {
  try {
    return { answer: predict() as Answer }
  } catch (error) {
    if (error instanceof Refused) return { refused: error.name }
    throw error
  }
}

function isEqual(actual: unknown, expected: unknown): boolean {
  try {
    expect(actual).toEqual(expected)
    return true
  } catch {
    return false
  }
}

function withoutMetadata({ $metadata: _, ...members }: Answer): Answer {
  return members
}

/** All items of a list, whose pages have to be full but for the last one. */
async function allPages(
  kms: KmsClient,
  operation: 'ListKeys' | 'ListKeyRotations',
  member: string,
  request: object,
  Limit: number | undefined,
): Promise<{ items: unknown[] }> {
  const items: unknown[] = []
  let page: Answer = {}
  do {
    const marker = page.NextMarker !== undefined && { Marker: page.NextMarker }
    page = await call(kms, operation, { ...request, ...(Limit && { Limit }), ...marker })
    const found = page[member] as unknown[]
    const isLast = page.NextMarker === undefined
    expect({ Truncated: page.Truncated, found: found.length }).toEqual({
      Truncated: !isLast,
      found: isLast ? expect.any(Number) : (Limit ?? 100),
    })
    items.push(...found)
  } while (page.Truncated)
  return { items }
}

function oneOf<Item>(items: readonly Item[], number: number): Item | undefined {
  return items[number % items.length]
}

function aliasOf(number: number): string {
  return `alias/name-${number}`
}

/** The owner's copy of key material. */
function bytesOf(key: number, bytes: number): Uint8Array<ArrayBuffer> {
  const material = new Uint8Array(bytes === WRONG_LENGTH ? 31 : 32).fill(bytes)
  new DataView(material.buffer).setUint32(0, key)
  return material
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
