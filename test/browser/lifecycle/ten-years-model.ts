/**
 * What a vault should answer, written down from the specification with nothing but arrays and dates: no storage, no
 * cryptography, no laziness. Whatever time does, it does here at once, to every key. Each method predicts one answer and
 * lets it take effect, or throws {@link Refused}.
 */
import { expect } from 'vitest'
import type { ErrorName } from '../../../src/contract/errors.js'
import { DAY } from '../fixtures/clock.js'
import { accountId, keyArn } from '../fixtures/vault.js'

const MINUTE = 60_000

/** The kinds of keys that live in the simulation, as CreateKey asks for them. */
export const kinds = {
  symmetric: { KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT', Origin: 'AWS_KMS' },
  importedSymmetric: { KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT', Origin: 'EXTERNAL' },
  hmac: { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC', Origin: 'AWS_KMS' },
  importedHmac: { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC', Origin: 'EXTERNAL' },
  ecc: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY', Origin: 'AWS_KMS' },
} as const
export type KeyKind = keyof typeof kinds

const algorithms = {
  ENCRYPT_DECRYPT: { EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'] },
  GENERATE_VERIFY_MAC: { MacAlgorithms: ['HMAC_SHA_256'] },
  SIGN_VERIFY: { SigningAlgorithms: ['ECDSA_SHA_256'] },
} as const

type State = 'Enabled' | 'Disabled' | 'PendingDeletion' | 'PendingImport'

/** The answer of a vault that does not do what was asked. */
export class Refused extends Error {
  override readonly name: ErrorName
  constructor(name: ErrorName) {
    super()
    this.name = name
  }
}

/** A key material id: the vault chooses it, the model learns it from the first answer and holds the vault to it. */
interface MaterialName {
  id: string | undefined
  /** Makes it a matcher of Vitest. */
  readonly asymmetricMatch: (actual: unknown) => boolean
}

/** @param taken the ids of all others */
function newMaterialName(taken: Set<string>): MaterialName {
  const name: MaterialName = {
    id: undefined,
    asymmetricMatch: (actual) => {
      if (typeof actual !== 'string' || !/^[0-9a-f]{64}$/.test(actual)) return false
      if (name.id === undefined && !taken.has(actual)) {
        name.id = actual
        taken.add(actual)
      }
      return actual === name.id
    },
  }
  return name
}

export interface ModelMaterial {
  readonly name: MaterialName
  /** Of imported material: which bytes it is. */
  readonly bytes?: number
  isHere: boolean
  validTo?: number | undefined
  /** The highest time that was seen had passed `validTo` already: only what the clock says counts (TIME-1). */
  goesByNow?: boolean
  description?: string | undefined
  rotated?: { readonly date: number; readonly type: 'AUTOMATIC' | 'ON_DEMAND' }
}

export interface ModelKey {
  readonly id: string
  readonly kind: KeyKind
  readonly createdAt: number
  state: State
  description: string
  isGone: boolean
  deletionDate?: number | undefined
  /** What the key is bound to, in the order in which it became current. */
  readonly materials: ModelMaterial[]
  current?: ModelMaterial
  currentSince: number
  /** Imported, and waiting for RotateKeyOnDemand. */
  pending?: ModelMaterial | undefined
  rotation?: { readonly days: number; next: number } | undefined
  onDemand: number
  /** Ids of imported material by its bytes: the same bytes have the same id for ever. */
  readonly names: Map<number, MaterialName>
}

/** What was encrypted once. The test fills in the bytes. */
export interface ModelCiphertext {
  readonly key: ModelKey
  readonly material: ModelMaterial
  readonly text: number
  blob?: Uint8Array
}

/** What GetParametersForImport gave. */
export interface ModelToken {
  readonly key: ModelKey
  readonly validTo: number
  isSpent: boolean
}

export interface ImportRequest {
  readonly bytes: number
  readonly validTo?: number | undefined
  readonly type?: 'NEW_KEY_MATERIAL' | 'EXISTING_KEY_MATERIAL' | undefined
  readonly description?: string | undefined
  /** KeyMaterialId is that of other bytes. */
  readonly namesOther?: boolean | undefined
  /** What arrives is not what was wrapped. */
  readonly isGarbled?: boolean | undefined
}

/** Bytes of this number have a length that no key takes. */
export const WRONG_LENGTH = 3

/** A limit of AWS KMS (ROT-29). */
const MOST_ON_DEMAND = 25

/** Operations that use a key, or need it usable: what each state answers (STATE-13). */
const unusable = {
  Disabled: 'DisabledException',
  PendingDeletion: 'KMSInvalidStateException',
  PendingImport: 'KMSInvalidStateException',
} as const
const refusals = {
  use: unusable,
  RotateKeyOnDemand: unusable,
  EnableOrDisableKey: { PendingDeletion: 'KMSInvalidStateException', PendingImport: 'KMSInvalidStateException' },
  ChangeKeyRotation: { Disabled: 'DisabledException', PendingDeletion: 'KMSInvalidStateException' },
  ImportKeyMaterial: { PendingDeletion: 'KMSInvalidStateException' },
  ScheduleKeyDeletion: { PendingDeletion: 'KMSInvalidStateException' },
  Describe: { PendingDeletion: 'KMSInvalidStateException' },
  CancelKeyDeletion: {
    Enabled: 'KMSInvalidStateException',
    Disabled: 'KMSInvalidStateException',
    PendingImport: 'KMSInvalidStateException',
  },
} as const satisfies Record<string, { readonly [Name in State]?: ErrorName }>

export class Model {
  /** What the clock says. */
  now: number
  /** The highest that it has ever said, as far as the vault could know. */
  latest: number
  readonly keys: ModelKey[] = []
  readonly aliases = new Map<string, ModelKey>()
  readonly ciphertexts: ModelCiphertext[] = []
  readonly #tokens: ModelToken[] = []
  readonly #taken = new Set<string>()

  constructor(now: number) {
    this.now = now
    this.latest = now
  }

  /** TIME-1: what the clock says from now on, and what follows from it. */
  setClock(now: number): void {
    this.now = now
    this.latest = Math.max(this.latest, now)
    for (const key of this.keys) if (!key.isGone) this.#bringUpToDate(key)
  }

  #bringUpToDate(key: ModelKey): void {
    const { now } = this
    if (key.deletionDate !== undefined && key.deletionDate <= now) {
      key.isGone = true
      for (const [alias, target] of this.aliases) if (target === key) this.aliases.delete(alias)
      return
    }
    for (const material of materialsOf(key)) {
      if (!material.isHere || material.validTo === undefined) continue
      if (material.validTo <= (material.goesByNow ? now : this.latest)) this.#remove(key, material)
    }
    this.#rotateIfDue(key)
  }

  #rotateIfDue(key: ModelKey): void {
    const { rotation, state } = key
    if (state !== 'Enabled' || !rotation || rotation.next > this.now) return
    const period = rotation.days * DAY
    // Late by whole periods: one rotation, and the schedule begins anew (ROT-13).
    rotation.next = this.now - rotation.next < period ? rotation.next + period : this.now + period
    this.#makeCurrent(key, this.#newMaterial(), 'AUTOMATIC')
  }

  #newMaterial(): ModelMaterial {
    return { name: newMaterialName(this.#taken), isHere: true }
  }

  #makeCurrent(key: ModelKey, material: ModelMaterial, type: 'AUTOMATIC' | 'ON_DEMAND'): void {
    material.rotated = { date: this.now, type }
    key.materials.push(material)
    key.current = material
    key.currentSince = this.now
  }

  /** Takes imported material away: what the key is bound to is missed from then on, what only waited is forgotten. */
  #remove(key: ModelKey, material: ModelMaterial): void {
    if (material === key.pending) {
      key.pending = undefined
      return
    }
    material.isHere = false
    material.validTo = undefined
    if (key.state !== 'PendingDeletion') key.state = 'PendingImport'
  }

  /** Moments at which time is going to change a key. */
  deadlinesOf(key: ModelKey): number[] {
    const { isGone, deletionDate, rotation } = key
    if (isGone) return []
    const expiries = materialsOf(key).map(({ validTo }) => validTo)
    return [deletionDate, rotation?.next, ...expiries].filter((moment) => moment !== undefined)
  }

  /** Until when no key is deleted or rotated, and no material expires by what the clock says alone. */
  get lastCalmMinute(): number {
    const moments = this.keys.flatMap((key) => {
      if (key.isGone) return []
      const expiries = materialsOf(key).map(({ goesByNow, validTo }) => (goesByNow ? validTo : undefined))
      return [key.deletionDate, key.state === 'Enabled' ? key.rotation?.next : undefined, ...expiries]
    })
    return Math.min(...moments.filter((moment) => moment !== undefined)) - MINUTE
  }

  createKey(kind: KeyKind, id: string): { KeyMetadata: object } {
    const isImported = kinds[kind].Origin === 'EXTERNAL'
    const key: ModelKey = {
      id,
      kind,
      createdAt: this.now,
      state: isImported ? 'PendingImport' : 'Enabled',
      description: '',
      isGone: false,
      materials: [],
      currentSince: this.now,
      onDemand: 0,
      names: new Map(),
    }
    if (!isImported) {
      key.current = this.#newMaterial()
      key.materials.push(key.current)
    }
    this.keys.push(key)
    return { KeyMetadata: this.#metadata(key) }
  }

  describeKey(key: ModelKey): { KeyMetadata: object } {
    this.#mustExist(key)
    return { KeyMetadata: this.#metadata(key) }
  }

  #metadata(key: ModelKey): object {
    const { KeySpec, KeyUsage, Origin } = kinds[key.kind]
    return {
      AWSAccountId: accountId,
      KeyId: key.id,
      Arn: keyArn(key.id),
      CreationDate: new Date(key.createdAt),
      Description: key.description,
      Enabled: key.state === 'Enabled',
      KeyState: key.state,
      KeyManager: 'CUSTOMER',
      KeySpec,
      CustomerMasterKeySpec: KeySpec,
      KeyUsage,
      Origin,
      MultiRegion: false,
      ...algorithms[KeyUsage],
      ...(key.deletionDate !== undefined && { DeletionDate: new Date(key.deletionDate) }),
      ...(key.current && isSymmetric(key) && { CurrentKeyMaterialId: key.current.name }),
      ...(isExternal(key) && isComplete(key) && expiryOf(materialsOf(key))),
    }
  }

  /** ListKeys, whole. */
  listKeys(): object[] {
    const ids = this.keys.filter(({ isGone }) => !isGone).map(({ id }) => id)
    return ids.sort().map((KeyId) => ({ KeyId, KeyArn: keyArn(KeyId) }))
  }

  updateKeyDescription(key: ModelKey, description: string): object {
    this.#admit(key, 'Describe')
    key.description = description
    return {}
  }

  enableKey(key: ModelKey): object {
    this.#admit(key, 'EnableOrDisableKey')
    if (key.state === 'Enabled') return {}
    key.state = isComplete(key) ? 'Enabled' : 'PendingImport'
    const { rotation } = key
    if (!rotation || key.state !== 'Enabled') return {}
    // ROT-22: material that has become too old meanwhile is replaced at once.
    if (this.now - key.currentSince >= rotation.days * DAY) rotation.next = this.now
    this.#rotateIfDue(key)
    return {}
  }

  disableKey(key: ModelKey): object {
    this.#admit(key, 'EnableOrDisableKey')
    key.state = 'Disabled'
    return {}
  }

  scheduleKeyDeletion(key: ModelKey, days: number): object {
    this.#admit(key, 'ScheduleKeyDeletion')
    key.state = 'PendingDeletion'
    key.deletionDate = this.now + days * DAY
    return {
      KeyId: keyArn(key.id),
      KeyState: 'PendingDeletion',
      PendingWindowInDays: days,
      DeletionDate: new Date(key.deletionDate),
    }
  }

  cancelKeyDeletion(key: ModelKey): object {
    this.#admit(key, 'CancelKeyDeletion')
    key.state = 'Disabled'
    key.deletionDate = undefined
    return { KeyId: keyArn(key.id) }
  }

  enableKeyRotation(key: ModelKey, days: number): object {
    this.#admitToSchedule(key)
    if (key.rotation?.days !== days) key.rotation = { days, next: this.now + days * DAY }
    return {}
  }

  disableKeyRotation(key: ModelKey): object {
    this.#admitToSchedule(key)
    key.rotation = undefined
    return {}
  }

  #admitToSchedule(key: ModelKey): void {
    this.#mustExist(key)
    if (isExternal(key)) throw new Refused('UnsupportedOperationException')
    this.#admit(key, 'ChangeKeyRotation')
    mustBeSymmetric(key)
  }

  rotateKeyOnDemand(key: ModelKey): object {
    this.#admit(key, 'RotateKeyOnDemand')
    mustBeSymmetric(key)
    if (key.rotation && key.rotation.next - this.now <= 20 * MINUTE) throw new Refused('ConflictException')
    if (key.onDemand >= MOST_ON_DEMAND) throw new Refused('LimitExceededException')
    if (isExternal(key) && !key.pending) throw new Refused('KMSInvalidStateException')
    this.#makeCurrent(key, key.pending ?? this.#newMaterial(), 'ON_DEMAND')
    key.pending = undefined
    key.onDemand += 1
    return { KeyId: keyArn(key.id) }
  }

  getKeyRotationStatus(key: ModelKey): object {
    this.#mustExist(key)
    mustBeSymmetric(key)
    const { rotation } = key
    const isOn = rotation !== undefined && key.state !== 'PendingDeletion'
    return {
      KeyId: keyArn(key.id),
      KeyRotationEnabled: isOn,
      ...(isOn && { RotationPeriodInDays: rotation.days, NextRotationDate: new Date(rotation.next) }),
    }
  }

  /** ListKeyRotations, whole. */
  listKeyRotations(key: ModelKey, all: boolean): object[] {
    this.#mustExist(key)
    mustBeSymmetric(key)
    const listed = key.materials.filter(({ rotated }) => all || rotated !== undefined)
    return [...listed, ...(all && key.pending ? [key.pending] : [])].map((material) => ({
      KeyId: key.id,
      KeyMaterialId: material.name,
      KeyMaterialState:
        material === key.current ? 'CURRENT' : material === key.pending ? 'PENDING_ROTATION' : 'NON_CURRENT',
      ...(material.rotated && { RotationDate: new Date(material.rotated.date), RotationType: material.rotated.type }),
      ...(material.description !== undefined && { KeyMaterialDescription: material.description }),
      ...(isExternal(key) && {
        ImportState: material.isHere ? 'IMPORTED' : 'PENDING_IMPORT',
        ...(material.isHere && expiryOf([material])),
      }),
    }))
  }

  createAlias(alias: string, key: ModelKey): object {
    this.#admit(key, 'Describe')
    if (this.aliases.has(alias)) throw new Refused('AlreadyExistsException')
    this.aliases.set(alias, key)
    return {}
  }

  deleteAlias(alias: string): object {
    if (!this.aliases.delete(alias)) throw new Refused('NotFoundException')
    return {}
  }

  targetOf(alias: string): ModelKey {
    const key = this.aliases.get(alias)
    if (!key) throw new Refused('NotFoundException')
    return key
  }

  encrypt(key: ModelKey, text: number): { answer: object; made: ModelCiphertext } {
    this.#admit(key, 'use')
    mustBeFor(key, 'ENCRYPT_DECRYPT')
    const made = this.#ciphertext(key, text)
    const answer = {
      KeyId: keyArn(key.id),
      CiphertextBlob: expect.any(Uint8Array),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    }
    return { answer, made }
  }

  #ciphertext(key: ModelKey, text: number): ModelCiphertext {
    if (!key.current) throw new TypeError('an enabled key has a material')
    const made = { key, material: key.current, text }
    this.ciphertexts.push(made)
    return made
  }

  /** Decrypt, without a KeyId: who does not know the key from elsewhere does not learn that it is gone. */
  decrypt(ciphertext: ModelCiphertext): object {
    const { key, material, text } = ciphertext
    if (key.isGone) throw new Refused('AccessDeniedException')
    this.#admit(key, 'use')
    return {
      KeyId: keyArn(key.id),
      Plaintext: textOf(text),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      KeyMaterialId: material.name,
    }
  }

  reEncrypt(ciphertext: ModelCiphertext, key: ModelKey): { answer: object; made: ModelCiphertext } {
    if (ciphertext.key.isGone) throw new Refused('AccessDeniedException')
    this.#mustExist(key)
    this.#admit(ciphertext.key, 'use')
    this.#admit(key, 'use')
    mustBeFor(key, 'ENCRYPT_DECRYPT')
    const made = this.#ciphertext(key, ciphertext.text)
    const answer = {
      CiphertextBlob: expect.any(Uint8Array),
      SourceKeyId: keyArn(ciphertext.key.id),
      KeyId: keyArn(key.id),
      SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      SourceKeyMaterialId: ciphertext.material.name,
      DestinationKeyMaterialId: made.material.name,
    }
    return { answer, made }
  }

  /** GenerateMac and VerifyMac, Sign and Verify: whether the key may be used so. */
  authenticate(key: ModelKey, usage: 'GENERATE_VERIFY_MAC' | 'SIGN_VERIFY'): void {
    this.#admit(key, 'use')
    mustBeFor(key, usage)
  }

  getParametersForImport(key: ModelKey): { answer: object; token: ModelToken } {
    this.#admitToImport(key)
    // A new token sweeps out those that have expired (IMP-4).
    for (const token of this.#tokens) if (token.validTo <= this.now) token.isSpent = true
    const token = { key, validTo: this.now + DAY, isSpent: false }
    this.#tokens.push(token)
    const answer = {
      KeyId: keyArn(key.id),
      ImportToken: expect.any(Uint8Array),
      PublicKey: expect.any(Uint8Array),
      ParametersValidTo: new Date(token.validTo),
    }
    return { answer, token }
  }

  #admitToImport(key: ModelKey): void {
    this.#mustExist(key)
    if (!isExternal(key)) throw new Refused('UnsupportedOperationException')
    this.#admit(key, 'ImportKeyMaterial')
  }

  /** @param token undefined for one that nobody issued */
  importKeyMaterial(key: ModelKey, request: ImportRequest, token: ModelToken | undefined): object {
    this.#admitToImport(key)
    const { bytes, validTo, type, description, namesOther = false } = request
    const { now, latest } = this
    if (validTo !== undefined && (validTo <= now || validTo > now + 365 * DAY)) throw new Refused('ValidationException')
    if (type === 'NEW_KEY_MATERIAL' && namesOther) throw new Refused('ValidationException')
    if (!isSymmetric(key) && (type !== undefined || description !== undefined || namesOther))
      throw new Refused('ValidationException')
    if (!token) throw new Refused('InvalidImportTokenException')
    if (token.validTo <= now) throw new Refused('ExpiredImportTokenException')
    if (token.isSpent) throw new Refused('InvalidImportTokenException')
    if (request.isGarbled) throw new Refused('InvalidCiphertextException')
    if (bytes === WRONG_LENGTH || namesOther) throw new Refused('IncorrectKeyMaterialException')
    const known = materialsOf(key).find((material) => material.bytes === bytes)
    const isFirst = key.materials.length === 0
    const isNew = (type ?? (isFirst ? 'NEW_KEY_MATERIAL' : 'EXISTING_KEY_MATERIAL')) === 'NEW_KEY_MATERIAL'
    if (isNew ? known : !known) throw new Refused('IncorrectKeyMaterialException')
    if (isNew && key.pending) throw new Refused('KMSInvalidStateException')
    const material = known ?? { name: this.#nameOf(key, bytes), bytes, isHere: true }
    Object.assign(material, {
      isHere: true,
      validTo,
      goesByNow: validTo !== undefined && validTo <= latest,
      description: description ?? material.description,
    } satisfies Partial<ModelMaterial>)
    if (isFirst) {
      key.materials.push(material)
      key.current = material
    } else if (isNew) key.pending = material
    if (key.state === 'PendingImport' && isComplete(key)) key.state = 'Enabled'
    token.isSpent = true
    return { KeyId: keyArn(key.id), ...(isSymmetric(key) && { KeyMaterialId: material.name }) }
  }

  #nameOf(key: ModelKey, bytes: number): MaterialName {
    const name = key.names.get(bytes) ?? newMaterialName(this.#taken)
    key.names.set(bytes, name)
    return name
  }

  /** @param named the material with this number, as KeyMaterialId; the current one, and no KeyMaterialId, if undefined */
  deleteImportedKeyMaterial(key: ModelKey, named: number | undefined): object {
    this.#mustExist(key)
    if (!isExternal(key)) throw new Refused('UnsupportedOperationException')
    if (named !== undefined && !isSymmetric(key)) throw new Refused('ValidationException')
    const material = named === undefined ? key.current : materialsOf(key)[named]
    if (named !== undefined && !material) throw new Refused('NotFoundException')
    if (material?.isHere) this.#remove(key, material)
    return { KeyId: keyArn(key.id), ...(isSymmetric(key) && material && { KeyMaterialId: material.name }) }
  }

  #mustExist({ isGone }: ModelKey): void {
    if (isGone) throw new Refused('NotFoundException')
  }

  #admit(key: ModelKey, row: keyof typeof refusals): void {
    this.#mustExist(key)
    const cells: { readonly [Name in State]?: ErrorName } = refusals[row]
    const refusal = cells[key.state]
    if (refusal !== undefined) throw new Refused(refusal)
  }
}

/** All materials of a key, what waits at last. */
export function materialsOf({ materials, pending }: ModelKey): ModelMaterial[] {
  return pending ? [...materials, pending] : [...materials]
}

export function isSymmetric({ kind }: ModelKey): boolean {
  return kinds[kind].KeySpec === 'SYMMETRIC_DEFAULT'
}

export function isExternal({ kind }: ModelKey): boolean {
  return kinds[kind].Origin === 'EXTERNAL'
}

/** STATE-11: all that the key is bound to is here. */
function isComplete({ materials }: ModelKey): boolean {
  return materials.length > 0 && materials.every(({ isHere }) => isHere)
}

function mustBeSymmetric(key: ModelKey): void {
  if (!isSymmetric(key)) throw new Refused('UnsupportedOperationException')
}

function mustBeFor({ kind }: ModelKey, usage: (typeof kinds)[KeyKind]['KeyUsage']): void {
  if (kinds[kind].KeyUsage !== usage) throw new Refused('InvalidKeyUsageException')
}

/** What is told of imported material that is here: the first expiry of all of it (IMP-16). */
function expiryOf(materials: readonly ModelMaterial[]): object {
  const dates = materials.flatMap(({ validTo }) => validTo ?? [])
  if (dates.length === 0) return { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
  return { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: new Date(Math.min(...dates)) }
}

/** The plaintexts of the simulation. */
export function textOf(text: number): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`plaintext ${text}`)
}
