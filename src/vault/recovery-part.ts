/** What `vault.recovery` does, loaded when it is first called. */
import type { KmsClient } from '../client/client.js'
import type { RecoveryReport } from '../contract/backups.js'
import type { Bytes } from '../contract/bytes.js'
import { KMSInvalidStateException, UnsupportedOperationException, ValidationException } from '../contract/errors.js'
import {
  type GestureMessage,
  gestureOptions,
  type NewProtectorMessage,
  type NewProtectorOptions,
  newProtectorOptions,
} from '../contract/protectors.js'
import { read } from '../contract/reader.js'
import {
  keyInput,
  type LockOptions,
  lockOptions,
  type NewProtector,
  ONE_CODE,
  ONLY_PASSKEYS,
  protectorIdInput,
  protectorInputs,
  type RecoveryAnswers,
  type RecoveryCall,
  type RecoveryInput,
  type RecoverySetUp,
  type RenewedPair,
  renameInput,
  suffices,
  tellsEveryCode,
  type WorkerStatus,
} from '../contract/recovery.js'
import type { KeyMetadata } from '../contract/shapes.js'
import { askedGesture } from './asked-gesture.js'
import type { RehearseOptions } from './backups/rehearse.js'
import type { Gesture, ProtectorOptions } from './gestures.js'
import { type OldMessage, type ReEncryptOptions, reEncrypted, reEncryptOptions } from './re-encryption.js'
import type { Session } from './session.js'

export type { RenewedPair }

/** What `vault.recovery.status()` tells. */
export interface RecoveryStatus extends WorkerStatus {
  /** Whether the browser may delete the vault's storage by itself; see `Vault.persisted`. */
  readonly mayBeEvicted: boolean
}

/** A key with new material. */
export interface RenewedKey {
  readonly keyId: string
  readonly keyArn: string
  /** The new material, which has a copy. */
  readonly keyMaterialId: string
  /** What was encrypted before is under older material, without a copy. */
  readonly mustReEncrypt: true
  /** The older materials: ciphertexts and data keys that were encrypted under them have to be encrypted anew. */
  readonly olderMaterialIds: readonly string[]
}

export class RecoveryPart {
  readonly #session: Session
  readonly #clientOf: (region: string) => KmsClient

  constructor(session: Session, clientOf: (region: string) => KmsClient) {
    this.#session = session
    this.#clientOf = clientOf
  }

  async setUp(protectors: readonly ProtectorOptions[]): Promise<RecoverySetUp> {
    return this.#ask('setUp', { protectors: await this.#newProtectors(protectors) })
  }

  async status(): Promise<RecoveryStatus> {
    const [status, persisted] = await Promise.all([this.#ask('status', {}), isPersisted()])
    return { ...status, mayBeEvicted: !persisted }
  }

  async verify(gesture: Gesture): Promise<boolean> {
    return this.#ask('verify', { gesture: await this.gestureFor(gesture) })
  }

  async add(gesture: Gesture, protector: ProtectorOptions): Promise<NewProtector> {
    const asked = read(newProtectorOptions, protector, 'protector')
    const opening = await this.gestureFor(gesture)
    return this.#ask('add', { gesture: opening, protector: await this.#newProtector(asked) })
  }

  async remove(gesture: Gesture, protectorId: string): Promise<void> {
    const asked = read(protectorIdInput, protectorId, 'protectorId')
    await this.#ask('remove', { gesture: await this.gestureFor(gesture), protectorId: asked })
  }

  async rename(protectorId: string, label: string): Promise<void> {
    await this.#ask('rename', read(renameInput, { protectorId, label }, 'rename'))
  }

  async renewPair(gesture: Gesture): Promise<RenewedPair> {
    return this.#ask('renewPair', { gesture: await this.gestureFor(gesture) })
  }

  async renewKey(keyId: string): Promise<RenewedKey> {
    const { kms, metadata } = await this.#key(keyId)
    const { KeyId, Arn, KeySpec, Origin } = metadata
    if (KeySpec !== 'SYMMETRIC_DEFAULT' || Origin !== 'AWS_KMS')
      throw new UnsupportedOperationException(
        KeySpec === 'SYMMETRIC_DEFAULT'
          ? `The material of ${Arn} comes from outside: import it again, and it gets a copy.`
          : `${Arn} is ${KeySpec}: only symmetric encryption keys get new material. Make a new key, and let it take the place of this one.`,
      )
    const { state } = await this.#ask('status', {})
    if (state === 'none')
      throw new KMSInvalidStateException(
        'Recovery is not set up, so that new material would have no copy either: call vault.recovery.setUp first.',
      )
    const olderMaterialIds = await materialsOf(kms, KeyId)
    await kms.rotateKeyOnDemand({ KeyId })
    const { KeyMetadata: renewed } = await kms.describeKey({ KeyId })
    return {
      keyId: KeyId,
      keyArn: Arn,
      keyMaterialId: renewed.CurrentKeyMaterialId ?? '',
      mustReEncrypt: true,
      olderMaterialIds,
    }
  }

  async *reEncrypt(
    keyId: string,
    messages: Iterable<OldMessage> | AsyncIterable<OldMessage>,
    options: ReEncryptOptions,
  ): ReturnType<typeof reEncrypted> {
    const asked = read(reEncryptOptions, options, 'options')
    const { kms, metadata } = await this.#key(keyId)
    yield* reEncrypted({ kms, clientOf: this.#clientOf, arn: metadata.Arn }, messages, asked)
  }

  async rehearse(gesture: Gesture, options: RehearseOptions): Promise<RecoveryReport> {
    const { rehearse, rehearseOptions } = await import('./backups/rehearse.js')
    const asked = read(rehearseOptions, options, "rehearse's options")
    asked.signal?.throwIfAborted()
    return rehearse(this.#session, await this.gestureFor(gesture), asked)
  }

  async noteReEncrypted(keyId: string): Promise<void> {
    const { metadata } = await this.#key(keyId)
    await this.#ask('noteReEncrypted', { keyId: metadata.Arn })
  }

  async request(protectorId: string): Promise<Bytes> {
    return this.#ask('request', { protectorId: read(protectorIdInput, protectorId, 'protectorId') })
  }

  async enableLock(gesture: Gesture, options: LockOptions): Promise<void> {
    const asked = read(lockOptions, options, 'options')
    this.#session.lock.hear(await this.#ask('enableLock', { gesture: await this.gestureFor(gesture), ...asked }))
  }

  async disableLock(gesture: Gesture): Promise<void> {
    this.#session.lock.hear(await this.#ask('disableLock', { gesture: await this.gestureFor(gesture) }))
  }

  async lockNow(): Promise<void> {
    this.#session.lock.hear(await this.#ask('lockNow', {}))
  }

  async unlock(gesture: Gesture): Promise<void> {
    this.#session.lock.hear(await this.#ask('unlock', { gesture: await this.gestureFor(gesture) }))
  }

  /**
   * Sets recovery up and locks the vault at rest, unless that was done before.
   *
   * @returns the recovery code, where one was made
   * @throws `KMSInvalidStateException` if recovery was set up without that: it takes a gesture then
   */
  async setUpLocked(protectors: readonly ProtectorOptions[], options: LockOptions): Promise<string | undefined> {
    const { isSetUp, isAtRest } = await this.#ask('lockState', {})
    if (isAtRest) return undefined
    if (isSetUp)
      throw new KMSInvalidStateException(
        'Recovery is set up already, and the vault is not locked at rest. Open it without the option lock, and call vault.lock.enable.',
      )
    const input = { protectors: await this.#newProtectors(protectors), ...options }
    const { lock, recoveryCode } = await this.#ask('setUpLocked', input)
    this.#session.lock.hear(lock)
    return recoveryCode
  }

  /** A gesture as the worker takes it: of a passkey, what the person's authenticator gives. */
  async gestureFor(given: Gesture): Promise<GestureMessage> {
    return askedGesture(read(gestureOptions, given, 'gesture'), () => this.#ask('passkeys', {}))
  }

  async #newProtectors(given: readonly ProtectorOptions[]): Promise<readonly NewProtectorMessage[]> {
    const asked = read(protectorInputs, given, 'protectors')
    // Before any dialog.
    if (!suffices(asked)) throw new ValidationException(ONLY_PASSKEYS)
    if (!tellsEveryCode(asked)) throw new ValidationException(ONE_CODE)
    const messages: NewProtectorMessage[] = []
    for (const each of asked) messages.push(await this.#newProtector(each))
    return messages
  }

  async #newProtector(asked: NewProtectorOptions): Promise<NewProtectorMessage> {
    if (asked.type !== 'passkey') return asked
    const { makePasskey } = await import('./passkey.js')
    const question = await this.#ask('passkeys', {})
    const { type, ...options } = asked
    return { type, ...(asked.label !== undefined && { label: asked.label }), ...(await makePasskey(question, options)) }
  }

  async #key(keyId: string): Promise<{ readonly kms: KmsClient; readonly metadata: KeyMetadata }> {
    const KeyId = read(keyInput, keyId, 'the key')
    const region = /^arn:[^:]+:kms:([^:]+):/.exec(KeyId)?.[1] ?? this.#session.region
    const kms = this.#clientOf(region)
    return { kms, metadata: (await kms.describeKey({ KeyId })).KeyMetadata }
  }

  async #ask<Call extends RecoveryCall>(call: Call, input: RecoveryInput<Call>): Promise<RecoveryAnswers[Call]> {
    try {
      const answer = await this.#session.ask((control) => control.recovery({ call, input }))
      return answer as RecoveryAnswers[Call]
    } finally {
      wipeSent(input as Sent)
    }
  }
}

/** Members of calls that can hold what a passkey has given. */
interface Sent {
  readonly gesture?: GestureMessage
  readonly protector?: NewProtectorMessage
  readonly protectors?: readonly NewProtectorMessage[]
}

/** Wipes what a passkey has given: the worker has its own copy, and wipes that. */
export function wipeSent({ gesture, protector, protectors = [] }: Sent): void {
  if (gesture && 'passkey' in gesture) gesture.passkey.prfOutput.fill(0)
  for (const each of protector ? [protector, ...protectors] : protectors)
    if (each.type === 'passkey') each.prfOutput.fill(0)
}

async function materialsOf(kms: KmsClient, KeyId: string): Promise<readonly string[]> {
  const ids: string[] = []
  let Marker: string | undefined
  do {
    const page = await kms.listKeyRotations({
      KeyId,
      IncludeKeyMaterial: 'ALL_KEY_MATERIAL',
      ...(Marker !== undefined && { Marker }),
    })
    ids.push(...(page.Rotations ?? []).flatMap(({ KeyMaterialId }) => KeyMaterialId ?? []))
    Marker = page.NextMarker
  } while (Marker !== undefined)
  return ids
}

async function isPersisted(): Promise<boolean> {
  try {
    return (await navigator.storage?.persisted?.()) ?? false
  } catch {
    return false
  }
}
