import { type HandleWish, unlockedSignal, withHandle } from '../contract/data-keys.js'
import type { OperationInput, OperationName, OperationOutput } from '../contract/shapes.js'
import type { LockState } from './lock-state.js'

/** Where a client's requests go: see channel.ts. */
export interface Connection {
  readonly lock?: LockState | undefined
  /** @param wish adds the members of a `WishedHandle` to the answer, in place of the data key */
  call<Name extends OperationName>(
    operation: Name,
    input: OperationInput<Name>,
    wish?: HandleWish,
  ): Promise<OperationOutput<Name>>
}

/**
 * The AWS KMS API of a vault: one method per operation, named and shaped as in the `KMS` class of
 * `@aws-sdk/client-kms`. A client acts for one principal in one Region; it comes from `vault.kms`, `vault.connect()`,
 * `vault.region()` or `clientFromPort()`.
 *
 * - **Naming a key.** "The key, in any form" is a key id, key ARN, alias name or alias ARN; "key id or ARN" takes no
 *   alias. Answers to cryptographic operations give the key ARN in `KeyId`.
 * - **Lists** come in pages of at most `Limit` entries. While `Truncated` is true, pass `NextMarker` as `Marker` to
 *   get the next page.
 * - **`DryRun: true`**, where an operation takes it, does nothing and always throws: `DryRunOperationException` if the
 *   call would have succeeded, otherwise the error it would have met.
 * - **Not secret**: descriptions, tags, alias names and policies are stored in clear, and they and encryption contexts
 *   are written to the audit log.
 * - **Not built yet**: attestation; a request with `Recipient` throws `ValidationException`.
 *
 * Every method can reject with these errors, all subclasses of `KmsError`; its own documentation names the others that
 * matter.
 *
 * - `ValidationException`: the request breaks a limit of the API; the message lists every violation
 * - `NotFoundException`: there is no such key or alias in this vault and Region
 * - `InvalidArnException`: an ARN is malformed, or an alias is given where only a key id or ARN is taken
 * - `AccessDeniedException`: the client's principal may not do this
 * - `KMSInvalidStateException`: the vault is closed, or the key is in a state that does not allow the operation
 * - `KMSInternalException`: the vault failed; trying again can help
 *
 * @example
 * ```ts
 * const vault = await openVault()
 * const { CiphertextBlob } = await vault.kms.encrypt({ KeyId: 'alias/notes', Plaintext: bytes })
 * ```
 */
export class KmsClient {
  readonly #connection: Connection

  /** @internal */
  constructor(connection: Connection) {
    this.#connection = connection
  }

  static {
    // For the keyrings of `browser-kms/envelope`: a data key as a handle, so that its bytes stay in the worker. No member
    // of the type, which has the operations of AWS KMS and nothing else.
    Object.defineProperty(KmsClient.prototype, withHandle, {
      value(this: KmsClient, ...request: Parameters<Connection['call']>) {
        return this.#connection.call(...request)
      },
    })
    Object.defineProperty(KmsClient.prototype, unlockedSignal, {
      get(this: KmsClient) {
        return this.#connection.lock?.unlocked
      },
    })
  }

  // Keys

  /**
   * Makes a KMS key in the vault. Its material is generated in the worker, and no operation gives it out.
   *
   * @param input all optional. `KeySpec`: default `SYMMETRIC_DEFAULT` (AES-256-GCM). `KeyUsage`: default
   *   `ENCRYPT_DECRYPT`, required for every other spec. `Description`: up to 8192 characters. `Policy`: a JSON text of
   *   up to 32,768 bytes, by default one that lets the account root do everything. `Tags`: up to 50. `Origin`:
   *   `EXTERNAL` for material of your own, see {@link importKeyMaterial}. `MultiRegion`: true for a key that can be
   *   replicated, see {@link replicateKey}
   * @throws `ValidationException` for a usage that is missing or does not go with the spec
   * @throws `UnsupportedOperationException` for `Origin: 'EXTERNAL'` with ML-DSA, ML-KEM and SM2, whose material cannot be
   *   imported, and for custom key stores, which are not built
   * @throws `MalformedPolicyDocumentException` if `Policy` is not a key policy, `LimitExceededException` if it is too
   *   long
   * @throws `TagException` for repeated, reserved (`aws:`) or too many tag keys
   * @throws `LimitExceededException` if the Region holds as many keys as its quota allows, 100,000 by default
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.createKey({ Description: 'notes' })
   * await vault.kms.createAlias({ AliasName: 'alias/notes', TargetKeyId: KeyMetadata.KeyId })
   * ```
   */
  createKey(input: OperationInput<'CreateKey'> = {}): Promise<OperationOutput<'CreateKey'>> {
    return this.#connection.call('CreateKey', input)
  }

  /**
   * Tells what the vault knows of a key, in any key state: spec, usage, state, algorithms, dates. Aliases, tags and
   * policy have operations of their own.
   *
   * @param input `KeyId`: the key, in any form
   * @throws `NotFoundException` if there is no such key or alias
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.describeKey({ KeyId: 'alias/notes' })
   * console.log(KeyMetadata.KeyState, KeyMetadata.CreationDate)
   * ```
   */
  describeKey(input: OperationInput<'DescribeKey'>): Promise<OperationOutput<'DescribeKey'>> {
    return this.#connection.call('DescribeKey', input)
  }

  /**
   * Lists id and ARN of every key of the Region, in any key state.
   *
   * @param input `Limit`: 1 to 1000 keys a page, default 100. `Marker`: `NextMarker` of the page before
   * @throws `InvalidMarkerException` for a marker that did not come from this list
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html
   *
   * @example
   * ```ts
   * let page = await vault.kms.listKeys({ Limit: 1000 })
   * const keys = [...page.Keys]
   * while (page.Truncated) {
   *   page = await vault.kms.listKeys({ Limit: 1000, Marker: page.NextMarker })
   *   keys.push(...page.Keys)
   * }
   * ```
   */
  listKeys(input: OperationInput<'ListKeys'> = {}): Promise<OperationOutput<'ListKeys'>> {
    return this.#connection.call('ListKeys', input)
  }

  /**
   * Replaces a key's description.
   *
   * @param input `KeyId`: key id or ARN. `Description`: 0 to 8192 characters
   * @throws `KMSInvalidStateException` if the key is pending deletion
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateKeyDescription.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.describeKey({ KeyId: 'alias/notes' })
   * await vault.kms.updateKeyDescription({ KeyId: KeyMetadata.KeyId, Description: 'notes of 2026' })
   * ```
   */
  updateKeyDescription(
    input: OperationInput<'UpdateKeyDescription'>,
  ): Promise<OperationOutput<'UpdateKeyDescription'>> {
    return this.#connection.call('UpdateKeyDescription', input)
  }

  /**
   * Makes a disabled key usable again; does nothing to an enabled one.
   *
   * @param input `KeyId`: key id or ARN
   * @throws `KMSInvalidStateException` if the key is pending deletion: cancel that first
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKey.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.describeKey({ KeyId: 'alias/notes' })
   * await vault.kms.enableKey({ KeyId: KeyMetadata.KeyId })
   * ```
   */
  enableKey(input: OperationInput<'EnableKey'>): Promise<OperationOutput<'EnableKey'>> {
    return this.#connection.call('EnableKey', input)
  }

  /**
   * Takes a key out of use, in every tab at once, until {@link enableKey}: cryptographic operations with it throw
   * `DisabledException`. Data keys that were handed out before go on working.
   *
   * @param input `KeyId`: key id or ARN
   * @throws `KMSInvalidStateException` if the key is pending deletion
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.describeKey({ KeyId: 'alias/notes' })
   * await vault.kms.disableKey({ KeyId: KeyMetadata.KeyId })
   * ```
   */
  disableKey(input: OperationInput<'DisableKey'>): Promise<OperationOutput<'DisableKey'>> {
    return this.#connection.call('DisableKey', input)
  }

  /**
   * Sets the day on which a key is deleted together with its material and aliases, after which nothing that was
   * encrypted under it can be decrypted. Until then the key cannot be used, and {@link cancelKeyDeletion} saves it.
   *
   * @param input `KeyId`: key id or ARN. `PendingWindowInDays`: waiting period, 7 to 30 days of 24 hours, default 30
   * @returns `DeletionDate`: from then on there is no such key; its material is erased then, or when the vault is next
   *   open
   *   A multi-Region primary waits until its last replica is deleted (`PendingReplicaDeletion`), and has none until then
   * @throws `KMSInvalidStateException` if the key is pending deletion already
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.describeKey({ KeyId: 'alias/notes' })
   * const { DeletionDate } = await vault.kms.scheduleKeyDeletion({ KeyId: KeyMetadata.KeyId, PendingWindowInDays: 7 })
   * ```
   */
  scheduleKeyDeletion(input: OperationInput<'ScheduleKeyDeletion'>): Promise<OperationOutput<'ScheduleKeyDeletion'>> {
    return this.#connection.call('ScheduleKeyDeletion', input)
  }

  /**
   * Saves a key from its scheduled deletion. It is disabled then, whatever it was before: see {@link enableKey}.
   *
   * @param input `KeyId`: key id or ARN
   * @throws `KMSInvalidStateException` if the key is not pending deletion
   * @throws `NotFoundException` if the waiting period is over
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.describeKey({ KeyId: 'alias/notes' })
   * await vault.kms.cancelKeyDeletion({ KeyId: KeyMetadata.KeyId })
   * await vault.kms.enableKey({ KeyId: KeyMetadata.KeyId })
   * ```
   */
  cancelKeyDeletion(input: OperationInput<'CancelKeyDeletion'>): Promise<OperationOutput<'CancelKeyDeletion'>> {
    return this.#connection.call('CancelKeyDeletion', input)
  }

  /**
   * Tells when a key was last used with success, and by which cryptographic operation. Each Region's key has its own.
   * Uses of the last 100 ms in other tabs may be missing.
   *
   * @param input `KeyId`: key id or ARN
   * @returns `KeyLastUsage`: absent if the key was never used since `TrackingStartDate`
   * @throws `NotFoundException`, `InvalidArnException` if no key is named
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyLastUsage.html
   *
   * @example
   * ```ts
   * const { KeyLastUsage } = await vault.kms.getKeyLastUsage({ KeyId })
   * if (!KeyLastUsage) await vault.kms.scheduleKeyDeletion({ KeyId })
   * ```
   */
  getKeyLastUsage(input: OperationInput<'GetKeyLastUsage'>): Promise<OperationOutput<'GetKeyLastUsage'>> {
    return this.#connection.call('GetKeyLastUsage', input)
  }

  // Aliases

  /**
   * Gives a key a name. A key can have 50 aliases; an alias names one key.
   *
   * @param input `AliasName`: `alias/` and a name of letters, digits, `/`, `_` and `-`, up to 256 characters together;
   *   `Notes` and `notes` are two names. `TargetKeyId`: key id or ARN
   * @throws `AlreadyExistsException` if the name is taken
   * @throws `NotAuthorizedException` for a name that begins with `alias/aws/`, which is reserved
   * @throws `LimitExceededException` if the key has 50 aliases
   * @throws `KMSInvalidStateException` if the key is pending deletion
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.createKey()
   * await vault.kms.createAlias({ AliasName: 'alias/notes', TargetKeyId: KeyMetadata.KeyId })
   * ```
   */
  createAlias(input: OperationInput<'CreateAlias'>): Promise<OperationOutput<'CreateAlias'>> {
    return this.#connection.call('CreateAlias', input)
  }

  /**
   * Makes an alias name another key of the same type and usage. What was encrypted through the alias before still
   * needs the old key: decrypt it without `KeyId`.
   *
   * @param input `AliasName`: up to 256 characters. `TargetKeyId`: key id or ARN of the new key
   * @throws `NotFoundException` if there is no such alias or key
   * @throws `ValidationException` if the new key has another type (symmetric, HMAC, asymmetric) or usage
   * @throws `LimitExceededException` if the new key has 50 aliases
   * @throws `KMSInvalidStateException` if the new key is pending deletion
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateAlias.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.createKey()
   * await vault.kms.updateAlias({ AliasName: 'alias/notes', TargetKeyId: KeyMetadata.KeyId })
   * ```
   */
  updateAlias(input: OperationInput<'UpdateAlias'>): Promise<OperationOutput<'UpdateAlias'>> {
    return this.#connection.call('UpdateAlias', input)
  }

  /**
   * Deletes an alias. The key stays as it is.
   *
   * @param input `AliasName`: up to 256 characters
   * @throws `NotFoundException` if there is no such alias
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteAlias.html
   *
   * @example
   * ```ts
   * await vault.kms.deleteAlias({ AliasName: 'alias/notes' })
   * ```
   */
  deleteAlias(input: OperationInput<'DeleteAlias'>): Promise<OperationOutput<'DeleteAlias'>> {
    return this.#connection.call('DeleteAlias', input)
  }

  /**
   * Lists the aliases of the Region, or of one key.
   *
   * @param input `KeyId`: key id or ARN, to list its aliases only. `Limit`: 1 to 100 aliases a page, default 50.
   *   `Marker`: `NextMarker` of the page before
   * @throws `InvalidMarkerException` for a marker that did not come from this list
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ListAliases.html
   *
   * @example
   * ```ts
   * const { Aliases } = await vault.kms.listAliases()
   * for (const { AliasName, TargetKeyId } of Aliases) console.log(AliasName, TargetKeyId)
   * ```
   */
  listAliases(input: OperationInput<'ListAliases'> = {}): Promise<OperationOutput<'ListAliases'>> {
    return this.#connection.call('ListAliases', input)
  }

  // Tags

  /**
   * Adds tags to a key. A tag whose key the KMS key has already gets the new value; the others stay.
   *
   * @param input `KeyId`: key id or ARN. `Tags`: 1 to 50, each with a `TagKey` of 1 to 128 and a `TagValue` of 0 to
   *   256 characters
   * @throws `TagException` for repeated, reserved (`aws:`) or too many tag keys
   * @throws `LimitExceededException` if the key would have more than 50 tags; none is added then
   * @throws `KMSInvalidStateException` if the key is pending deletion
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.describeKey({ KeyId: 'alias/notes' })
   * await vault.kms.tagResource({ KeyId: KeyMetadata.KeyId, Tags: [{ TagKey: 'Purpose', TagValue: 'notes' }] })
   * ```
   */
  tagResource(input: OperationInput<'TagResource'>): Promise<OperationOutput<'TagResource'>> {
    return this.#connection.call('TagResource', input)
  }

  /**
   * Removes tags from a key. Tag keys that it does not have are ignored.
   *
   * @param input `KeyId`: key id or ARN. `TagKeys`: at least one, each of 1 to 128 characters
   * @throws `KMSInvalidStateException` if the key is pending deletion
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_UntagResource.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.describeKey({ KeyId: 'alias/notes' })
   * await vault.kms.untagResource({ KeyId: KeyMetadata.KeyId, TagKeys: ['Purpose'] })
   * ```
   */
  untagResource(input: OperationInput<'UntagResource'>): Promise<OperationOutput<'UntagResource'>> {
    return this.#connection.call('UntagResource', input)
  }

  /**
   * Lists the tags of a key, in any key state, in the order of their keys.
   *
   * @param input `KeyId`: key id or ARN. `Limit`: 1 to 50 tags a page, default 50. `Marker`: `NextMarker` of the page
   *   before
   * @throws `InvalidMarkerException` for a marker that did not come from this list
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ListResourceTags.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.describeKey({ KeyId: 'alias/notes' })
   * const { Tags } = await vault.kms.listResourceTags({ KeyId: KeyMetadata.KeyId })
   * ```
   */
  listResourceTags(input: OperationInput<'ListResourceTags'>): Promise<OperationOutput<'ListResourceTags'>> {
    return this.#connection.call('ListResourceTags', input)
  }

  // Key policies

  /**
   * Gives the policy of a key, in any key state.
   *
   * @param input `KeyId`: key id or ARN. `PolicyName`: `default`, the only one and the default
   * @returns `Policy`: a JSON text
   * @throws `NotFoundException` if there is no such key, or for another policy name
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.describeKey({ KeyId: 'alias/notes' })
   * const { Policy } = await vault.kms.getKeyPolicy({ KeyId: KeyMetadata.KeyId })
   * const { Statement } = JSON.parse(Policy)
   * ```
   */
  getKeyPolicy(input: OperationInput<'GetKeyPolicy'>): Promise<OperationOutput<'GetKeyPolicy'>> {
    return this.#connection.call('GetKeyPolicy', input)
  }

  /**
   * Replaces the policy of a key, in any key state. Policies are checked for form and stored, but not evaluated yet:
   * only the account root has rights, and `BypassPolicyLockoutSafetyCheck` changes nothing.
   *
   * @param input `KeyId`: key id or ARN. `Policy`: a JSON text of up to 32,768 bytes. `PolicyName`: `default`, the
   *   only one and the default
   * @throws `MalformedPolicyDocumentException` with the place of the mistake
   * @throws `LimitExceededException` if the policy is longer
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.describeKey({ KeyId: 'alias/notes' })
   * const Policy = JSON.stringify({
   *   Version: '2012-10-17',
   *   Statement: [
   *     { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:root' }, Action: 'kms:*', Resource: '*' },
   *   ],
   * })
   * await vault.kms.putKeyPolicy({ KeyId: KeyMetadata.KeyId, Policy })
   * ```
   */
  putKeyPolicy(input: OperationInput<'PutKeyPolicy'>): Promise<OperationOutput<'PutKeyPolicy'>> {
    return this.#connection.call('PutKeyPolicy', input)
  }

  /**
   * Lists the names of a key's policies: always `default` alone.
   *
   * @param input `KeyId`: key id or ARN. `Limit`: 1 to 1000 names a page, default 100. `Marker`: `NextMarker` of the
   *   page before
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyPolicies.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.describeKey({ KeyId: 'alias/notes' })
   * const { PolicyNames } = await vault.kms.listKeyPolicies({ KeyId: KeyMetadata.KeyId })
   * ```
   */
  listKeyPolicies(input: OperationInput<'ListKeyPolicies'>): Promise<OperationOutput<'ListKeyPolicies'>> {
    return this.#connection.call('ListKeyPolicies', input)
  }

  // Encryption

  /**
   * Encrypts a small plaintext in the worker. For more than 4096 bytes encrypt under a data key: see
   * {@link generateDataKey}.
   *
   * @param input `KeyId`: a key of usage `ENCRYPT_DECRYPT`, in any form. `Plaintext`: 1 to 4096 bytes with a symmetric
   *   key, up to 1024 with SM2; with RSA and `RSAES_OAEP_SHA_256` up to 190 (2048 bits), 318 (3072) or 446 (4096),
   *   with `RSAES_OAEP_SHA_1` up to 214, 342 or 470. `EncryptionContext`: pairs that are bound to the ciphertext and
   *   needed again to decrypt it; symmetric keys only. `EncryptionAlgorithm`: default `SYMMETRIC_DEFAULT`, required
   *   for RSA and SM2
   * @returns `CiphertextBlob`: up to 6144 bytes. That of a symmetric key names its key
   * @throws `DisabledException` if the key is disabled, `KMSInvalidStateException` if it is pending deletion
   * @throws `InvalidKeyUsageException` if the key is not for encryption, or not with this algorithm
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html
   *
   * @example
   * ```ts
   * const { CiphertextBlob } = await vault.kms.encrypt({
   *   KeyId: 'alias/notes',
   *   Plaintext: new TextEncoder().encode('buy milk'),
   *   EncryptionContext: { note: '42' },
   * })
   * ```
   */
  encrypt(input: OperationInput<'Encrypt'>): Promise<OperationOutput<'Encrypt'>> {
    return this.#connection.call('Encrypt', input)
  }

  /**
   * Decrypts what {@link encrypt}, {@link reEncrypt} or one of the data key operations encrypted.
   *
   * @param input `CiphertextBlob`: 1 to 6144 bytes. `EncryptionContext`: exactly the pairs it was encrypted with, in
   *   any order. `KeyId`: the key, in any form; required for RSA and SM2, otherwise the ciphertext names it and
   *   `KeyId` is a check. `EncryptionAlgorithm`: as for {@link encrypt}. `DryRunModifiers: ['IGNORE_CIPHERTEXT']`:
   *   with `DryRun` and `KeyId`, asks without a ciphertext
   * @returns `Plaintext`: 1 to 4096 bytes
   * @throws `InvalidCiphertextException` if the ciphertext was changed or the encryption context differs
   * @throws `IncorrectKeyException` if `KeyId` names another key than the ciphertext
   * @throws `AccessDeniedException` if `KeyId` is left out and the key that the ciphertext names is not in this vault
   *   and Region
   * @throws `DisabledException` if the key is disabled, `KMSInvalidStateException` if it is pending deletion
   * @throws `InvalidKeyUsageException` if the key is not for encryption, or not with this algorithm
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html
   *
   * @example
   * ```ts
   * const { CiphertextBlob } = await vault.kms.encrypt({
   *   KeyId: 'alias/notes',
   *   Plaintext: new TextEncoder().encode('buy milk'),
   *   EncryptionContext: { note: '42' },
   * })
   * const { Plaintext } = await vault.kms.decrypt({ CiphertextBlob, EncryptionContext: { note: '42' } })
   * console.log(new TextDecoder().decode(Plaintext))
   * ```
   */
  decrypt(input: OperationInput<'Decrypt'> = {}): Promise<OperationOutput<'Decrypt'>> {
    return this.#connection.call('Decrypt', input)
  }

  /**
   * Decrypts a ciphertext and encrypts the plaintext again under another key, algorithm or encryption context. The
   * plaintext stays in the worker.
   *
   * @param input `CiphertextBlob`: 1 to 6144 bytes. `SourceKeyId`, `SourceEncryptionContext`,
   *   `SourceEncryptionAlgorithm`: as for {@link decrypt}. `DestinationKeyId`, `DestinationEncryptionContext`,
   *   `DestinationEncryptionAlgorithm`: as for {@link encrypt}
   * @throws what {@link decrypt} and {@link encrypt} throw
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html
   *
   * @example
   * ```ts
   * const old = await vault.kms.encrypt({ KeyId: 'alias/notes', Plaintext: new TextEncoder().encode('buy milk') })
   * const { KeyMetadata } = await vault.kms.createKey()
   * const { CiphertextBlob } = await vault.kms.reEncrypt({
   *   CiphertextBlob: old.CiphertextBlob,
   *   DestinationKeyId: KeyMetadata.KeyId,
   * })
   * ```
   */
  reEncrypt(input: OperationInput<'ReEncrypt'>): Promise<OperationOutput<'ReEncrypt'>> {
    return this.#connection.call('ReEncrypt', input)
  }

  // Data keys and random bytes

  /**
   * Makes a data key: random bytes to encrypt data with outside the vault, and the same bytes encrypted under a KMS
   * key, to keep beside the data. The vault does not keep them. Overwrite `Plaintext` as soon as it has been used.
   *
   * @param input `KeyId`: a symmetric encryption key, in any form. Exactly one of `KeySpec`, `AES_256` (32 bytes) or
   *   `AES_128` (16), and `NumberOfBytes`, 1 to 1024. `EncryptionContext`: as for {@link encrypt}
   * @returns `Plaintext`: the data key. `CiphertextBlob`: what {@link decrypt} turns into the data key again
   * @throws `ValidationException` for both or neither of `KeySpec` and `NumberOfBytes`
   * @throws `DisabledException` if the key is disabled, `KMSInvalidStateException` if it is pending deletion
   * @throws `InvalidKeyUsageException` if the key is not for symmetric encryption
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html
   *
   * @example
   * ```ts
   * const { Plaintext, CiphertextBlob } = await vault.kms.generateDataKey({ KeyId: 'alias/notes', KeySpec: 'AES_256' })
   * const dataKey = await crypto.subtle.importKey('raw', new Uint8Array(Plaintext), 'AES-GCM', false, ['encrypt'])
   * Plaintext.fill(0)
   * ```
   */
  generateDataKey(input: OperationInput<'GenerateDataKey'>): Promise<OperationOutput<'GenerateDataKey'>> {
    return this.#connection.call('GenerateDataKey', input)
  }

  /**
   * Makes a data key as {@link generateDataKey} does, but gives its encrypted form only: for who stores a key that
   * somebody else will use.
   *
   * @param input as for {@link generateDataKey}
   * @throws what {@link generateDataKey} throws
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyWithoutPlaintext.html
   *
   * @example
   * ```ts
   * const { CiphertextBlob } = await vault.kms.generateDataKeyWithoutPlaintext({
   *   KeyId: 'alias/notes',
   *   KeySpec: 'AES_256',
   * })
   * const { Plaintext } = await vault.kms.decrypt({ CiphertextBlob })
   * ```
   */
  generateDataKeyWithoutPlaintext(
    input: OperationInput<'GenerateDataKeyWithoutPlaintext'>,
  ): Promise<OperationOutput<'GenerateDataKeyWithoutPlaintext'>> {
    return this.#connection.call('GenerateDataKeyWithoutPlaintext', input)
  }

  /**
   * Makes an asymmetric key pair for use outside the vault, its private key in clear and encrypted under a KMS key.
   * The vault does not keep the pair.
   *
   * @param input `KeyId`: a symmetric encryption key, in any form. `KeyPairSpec`: an RSA, ECC, SM2 or ML-KEM spec.
   *   `EncryptionContext`: as for {@link encrypt}
   * @returns `PublicKey`: DER SubjectPublicKeyInfo. `PrivateKeyPlaintext`: DER PKCS #8. `PrivateKeyCiphertextBlob`:
   *   what {@link decrypt} turns into the private key again
   * @throws `DisabledException` if the key is disabled, `KMSInvalidStateException` if it is pending deletion
   * @throws `InvalidKeyUsageException` if the key is not for symmetric encryption
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPair.html
   *
   * @example
   * ```ts
   * const pair = await vault.kms.generateDataKeyPair({ KeyId: 'alias/notes', KeyPairSpec: 'ECC_NIST_P256' })
   * ```
   */
  generateDataKeyPair(input: OperationInput<'GenerateDataKeyPair'>): Promise<OperationOutput<'GenerateDataKeyPair'>> {
    return this.#connection.call('GenerateDataKeyPair', input)
  }

  /**
   * Makes a key pair as {@link generateDataKeyPair} does, but gives the private key in encrypted form only.
   *
   * @param input as for {@link generateDataKeyPair}
   * @throws what {@link generateDataKeyPair} throws
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPairWithoutPlaintext.html
   *
   * @example
   * ```ts
   * const { PublicKey, PrivateKeyCiphertextBlob } = await vault.kms.generateDataKeyPairWithoutPlaintext({
   *   KeyId: 'alias/notes',
   *   KeyPairSpec: 'ECC_NIST_P256',
   * })
   * ```
   */
  generateDataKeyPairWithoutPlaintext(
    input: OperationInput<'GenerateDataKeyPairWithoutPlaintext'>,
  ): Promise<OperationOutput<'GenerateDataKeyPairWithoutPlaintext'>> {
    return this.#connection.call('GenerateDataKeyPairWithoutPlaintext', input)
  }

  /**
   * Gives random bytes from the browser's cryptographic generator.
   *
   * @param input `NumberOfBytes`: 1 to 1024; required, although the type lets it be left out as the AWS SDK does
   * @throws `ValidationException` without `NumberOfBytes`
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateRandom.html
   *
   * @example
   * ```ts
   * const { Plaintext } = await vault.kms.generateRandom({ NumberOfBytes: 32 })
   * ```
   */
  generateRandom(input: OperationInput<'GenerateRandom'> = {}): Promise<OperationOutput<'GenerateRandom'>> {
    return this.#connection.call('GenerateRandom', input)
  }

  // Signatures and message authentication codes

  /**
   * Signs a message, or its digest, with a private key that stays in the worker.
   *
   * @param input `KeyId`: a key of usage `SIGN_VERIFY`, in any form. `SigningAlgorithm`: one of the key's. `Message`:
   *   1 to 4096 bytes. `MessageType`: `RAW` (default) for the message itself; `DIGEST` for its hash, as long as the
   *   algorithm's (32, 48 or 64 bytes), the only form for `ED25519_PH_SHA_512`; `EXTERNAL_MU` for the 64-byte
   *   representative of ML-DSA
   * @returns `Signature`: DER for ECDSA and SM2, otherwise the bytes that the algorithm defines
   * @throws `UnsupportedOperationException` for a `MessageType` other than `RAW` if the key is RSA or in native
   *   custody: see `digestSigning` of `openVault`
   * @throws `DisabledException` if the key is disabled, `KMSInvalidStateException` if it is pending deletion
   * @throws `InvalidKeyUsageException` if the key is not for signing, or not with this algorithm
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
   * const { Signature } = await vault.kms.sign({
   *   KeyId: KeyMetadata.KeyId,
   *   Message: new TextEncoder().encode('buy milk'),
   *   SigningAlgorithm: 'ECDSA_SHA_256',
   * })
   * ```
   */
  sign(input: OperationInput<'Sign'>): Promise<OperationOutput<'Sign'>> {
    return this.#connection.call('Sign', input)
  }

  /**
   * Checks a signature. A valid one is answered with `SignatureValid: true`; anything else throws.
   *
   * @param input `Signature`: 1 to 6144 bytes. The rest as for {@link sign}
   * @throws `KMSInvalidSignatureException` if the signature is not one of this key over this message
   * @throws `UnsupportedOperationException` for `MessageType: 'DIGEST'` with an RSA key
   * @throws `DisabledException` if the key is disabled, `KMSInvalidStateException` if it is pending deletion
   * @throws `InvalidKeyUsageException` if the key is not for signing, or not with this algorithm
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Verify.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
   * const request = {
   *   KeyId: KeyMetadata.KeyId,
   *   Message: new TextEncoder().encode('buy milk'),
   *   SigningAlgorithm: 'ECDSA_SHA_256',
   * } as const
   * const { Signature } = await vault.kms.sign(request)
   * await vault.kms.verify({ ...request, Signature })
   * ```
   */
  verify(input: OperationInput<'Verify'>): Promise<OperationOutput<'Verify'>> {
    return this.#connection.call('Verify', input)
  }

  /**
   * Makes a hash-based message authentication code (HMAC).
   *
   * @param input `KeyId`: a key of usage `GENERATE_VERIFY_MAC`, in any form. `Message`: 1 to 4096 bytes.
   *   `MacAlgorithm`: the one of the key's spec
   * @returns `Mac`: 28, 32, 48 or 64 bytes, as long as the algorithm's hash
   * @throws `DisabledException` if the key is disabled, `KMSInvalidStateException` if it is pending deletion
   * @throws `InvalidKeyUsageException` if the key is not for MACs, or not with this algorithm
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateMac.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.createKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' })
   * const { Mac } = await vault.kms.generateMac({
   *   KeyId: KeyMetadata.KeyId,
   *   Message: new TextEncoder().encode('buy milk'),
   *   MacAlgorithm: 'HMAC_SHA_256',
   * })
   * ```
   */
  generateMac(input: OperationInput<'GenerateMac'>): Promise<OperationOutput<'GenerateMac'>> {
    return this.#connection.call('GenerateMac', input)
  }

  /**
   * Checks a message authentication code, in constant time. A valid one is answered with `MacValid: true`; anything
   * else throws.
   *
   * @param input `Mac`: 1 to 6144 bytes. The rest as for {@link generateMac}
   * @throws `KMSInvalidMacException` if the MAC is not the one of this key over this message
   * @throws `DisabledException` if the key is disabled, `KMSInvalidStateException` if it is pending deletion
   * @throws `InvalidKeyUsageException` if the key is not for MACs, or not with this algorithm
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_VerifyMac.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.createKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' })
   * const request = {
   *   KeyId: KeyMetadata.KeyId,
   *   Message: new TextEncoder().encode('buy milk'),
   *   MacAlgorithm: 'HMAC_SHA_256',
   * } as const
   * const { Mac } = await vault.kms.generateMac(request)
   * await vault.kms.verifyMac({ ...request, Mac })
   * ```
   */
  verifyMac(input: OperationInput<'VerifyMac'>): Promise<OperationOutput<'VerifyMac'>> {
    return this.#connection.call('VerifyMac', input)
  }

  // Public keys and shared secrets

  /**
   * Gives the public key of an asymmetric key, to encrypt or verify outside the vault. Also works while the key is
   * disabled.
   *
   * @param input `KeyId`: an asymmetric key, in any form
   * @returns `PublicKey`: DER SubjectPublicKeyInfo
   * @throws `UnsupportedOperationException` for a symmetric or HMAC key, which has no public key
   * @throws `KMSInvalidStateException` if the key is pending deletion
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
   * const { PublicKey } = await vault.kms.getPublicKey({ KeyId: KeyMetadata.KeyId })
   * ```
   */
  getPublicKey(input: OperationInput<'GetPublicKey'>): Promise<OperationOutput<'GetPublicKey'>> {
    return this.#connection.call('GetPublicKey', input)
  }

  /**
   * Derives by ECDH the secret that a key of the vault shares with somebody's public key. Derive a key from it (HKDF,
   * for example) rather than use it as one.
   *
   * @param input `KeyId`: a key of usage `KEY_AGREEMENT`, in any form. `PublicKey`: the peer's key of the same spec,
   *   DER SubjectPublicKeyInfo of up to 8192 bytes. `KeyAgreementAlgorithm`: `ECDH`
   * @returns `SharedSecret`: the raw x coordinate, 32 bytes with P-256 and SM2, 48 with P-384, 66 with P-521
   * @throws `ValidationException` if `PublicKey` is not a public key of the same spec
   * @throws `DisabledException` if the key is disabled, `KMSInvalidStateException` if it is pending deletion
   * @throws `InvalidKeyUsageException` if the key is not for key agreement
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_DeriveSharedSecret.html
   *
   * @example
   * ```ts
   * const spec = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' } as const
   * const [mine, theirs] = [await vault.kms.createKey(spec), await vault.kms.createKey(spec)]
   * const { PublicKey } = await vault.kms.getPublicKey({ KeyId: theirs.KeyMetadata.KeyId })
   * const { SharedSecret } = await vault.kms.deriveSharedSecret({
   *   KeyId: mine.KeyMetadata.KeyId,
   *   KeyAgreementAlgorithm: 'ECDH',
   *   PublicKey,
   * })
   * ```
   */
  deriveSharedSecret(input: OperationInput<'DeriveSharedSecret'>): Promise<OperationOutput<'DeriveSharedSecret'>> {
    return this.#connection.call('DeriveSharedSecret', input)
  }

  /**
   * Makes a shared secret and its encapsulation under an ML-KEM key; {@link decapsulate} gets the secret back.
   *
   * @param input `KeyId`: a key of usage `ENCAPSULATE_DECAPSULATE`, in any form. `EncapsulationAlgorithm`: `ML_KEM`
   * @returns `SharedSecret`: 32 bytes. `SharedSecretCiphertextBlob`: 768, 1088 or 1568 bytes, for ML-KEM-512, 768 or
   *   1024
   * @throws `DisabledException` if the key is disabled, `KMSInvalidStateException` if it is pending deletion
   * @throws `InvalidKeyUsageException` if the key is not for encapsulation
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Encapsulate.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.createKey({ KeySpec: 'ML_KEM_768', KeyUsage: 'ENCAPSULATE_DECAPSULATE' })
   * const { SharedSecret, SharedSecretCiphertextBlob } = await vault.kms.encapsulate({
   *   KeyId: KeyMetadata.KeyId,
   *   EncapsulationAlgorithm: 'ML_KEM',
   * })
   * ```
   */
  encapsulate(input: OperationInput<'Encapsulate'>): Promise<OperationOutput<'Encapsulate'>> {
    return this.#connection.call('Encapsulate', input)
  }

  /**
   * Gets the shared secret out of an encapsulation. ML-KEM does not tell a ciphertext that was changed: it gives
   * another secret then, so whatever is encrypted under the secret must be authenticated.
   *
   * @param input `SharedSecretCiphertextBlob`: what {@link encapsulate}, or anyone with the public key, has made; 768,
   *   1088 or 1568 bytes. The rest as for {@link encapsulate}
   * @returns `SharedSecret`: 32 bytes
   * @throws `InvalidCiphertextException` if the ciphertext has not the length of the key's spec
   * @throws `DisabledException` if the key is disabled, `KMSInvalidStateException` if it is pending deletion
   * @throws `InvalidKeyUsageException` if the key is not for encapsulation
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Decapsulate.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.createKey({ KeySpec: 'ML_KEM_768', KeyUsage: 'ENCAPSULATE_DECAPSULATE' })
   * const request = { KeyId: KeyMetadata.KeyId, EncapsulationAlgorithm: 'ML_KEM' } as const
   * const { SharedSecretCiphertextBlob } = await vault.kms.encapsulate(request)
   * const { SharedSecret } = await vault.kms.decapsulate({ ...request, SharedSecretCiphertextBlob })
   * ```
   */
  decapsulate(input: OperationInput<'Decapsulate'>): Promise<OperationOutput<'Decapsulate'>> {
    return this.#connection.call('Decapsulate', input)
  }

  // Grants

  /**
   * Lets one principal use a key in some ways, without a change of any policy. It counts at once.
   *
   * @param input `KeyId`: key id or ARN. `GranteePrincipal`, `RetiringPrincipal`: ARNs of an account, a user, a role or a
   *   session, up to 256 characters. `Operations`: what is granted, as far as the key can do it. `Constraints`: an
   *   encryption context of up to 8 pairs (values of up to 384 characters) that requests must have, exactly
   *   (`EncryptionContextEquals`) or at least (`EncryptionContextSubset`); symmetric keys only. `Name`: up to 256
   *   characters; asking again with the same name and all else the same makes no second grant. `DryRun`
   * @returns `GrantId` (64 hexadecimal digits), and a `GrantToken` by which it can be retired
   * @throws `AccessDeniedException` without the permission; by the right of a grant that allows CreateGrant, never more
   *   than that grant allows
   * @throws `ValidationException` for operations or constraints that the key cannot have, `InvalidArnException` for
   *   principals that are none
   * @throws `LimitExceededException` if the key has as many grants as its quota allows, 50,000 by default
   * @throws `DisabledException`, `KMSInvalidStateException` if the state of the key does not allow it
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html
   *
   * @example
   * ```ts
   * await vault.kms.createGrant({
   *   KeyId,
   *   GranteePrincipal: 'arn:aws:iam::000000000000:user/widget',
   *   Operations: ['Decrypt'],
   *   Constraints: { EncryptionContextEquals: { note: '42' } },
   * })
   * ```
   */
  createGrant(input: OperationInput<'CreateGrant'>): Promise<OperationOutput<'CreateGrant'>> {
    return this.#connection.call('CreateGrant', input)
  }

  /**
   * Lists the grants of a key, oldest first. Tokens are never listed.
   *
   * @param input `KeyId`: key id or ARN. `GrantId`, `GranteePrincipal`: to list the grants that match. `Limit`: 1 to
   *   100 grants a page, default 50. `Marker`: `NextMarker` of the page before
   * @throws `InvalidMarkerException` for a marker of another list
   * @throws `NotFoundException`, `InvalidArnException` if no key is named
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html
   *
   * @example
   * ```ts
   * const { Grants } = await vault.kms.listGrants({ KeyId })
   * ```
   */
  listGrants(input: OperationInput<'ListGrants'>): Promise<OperationOutput<'ListGrants'>> {
    return this.#connection.call('ListGrants', input)
  }

  /**
   * Lists the grants, on all keys of the Region, that name a principal as the one who may retire them, oldest first.
   *
   * @param input `RetiringPrincipal`: ARN of a principal of the caller's account. `Limit`: 1 to 100 grants a page, default
   *   50. `Marker`: `NextMarker` of the page before
   * @throws `ValidationException` for a principal of another account
   * @throws `InvalidMarkerException` for a marker of another list
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ListRetirableGrants.html
   *
   * @example
   * ```ts
   * const RetiringPrincipal = 'arn:aws:iam::000000000000:user/editor'
   * const { Grants } = await vault.kms.listRetirableGrants({ RetiringPrincipal })
   * ```
   */
  listRetirableGrants(
    input: OperationInput<'ListRetirableGrants'> = {},
  ): Promise<OperationOutput<'ListRetirableGrants'>> {
    return this.#connection.call('ListRetirableGrants', input)
  }

  /**
   * Ends a grant, for whoever has used it up: its retiring principal, its grantee if RetireGrant is among its operations,
   * the account that made it or owns the key.
   *
   * @param input either `GrantToken`, or `KeyId` (ARN or id) and `GrantId`. `DryRun`
   * @throws `AccessDeniedException` for anybody else, whatever the key policy says
   * @throws `InvalidGrantTokenException` for a token that this vault did not issue, `NotFoundException` for a grant that has
   *   ended
   * @throws `ValidationException` if the grant is named in neither way, or in both
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_RetireGrant.html
   *
   * @example
   * ```ts
   * await kms.retireGrant({ GrantToken })
   * ```
   */
  retireGrant(input: OperationInput<'RetireGrant'> = {}): Promise<OperationOutput<'RetireGrant'>> {
    return this.#connection.call('RetireGrant', input)
  }

  /**
   * Takes a grant back, for whoever administers the key. It ends at once.
   *
   * @param input `KeyId`: key id or ARN. `GrantId`: 64 hexadecimal digits. `DryRun`
   * @throws `NotFoundException` for a grant that has ended, `InvalidGrantIdException` for what is no grant id
   * @throws `InvalidArnException` if no key is named
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_RevokeGrant.html
   *
   * @example
   * ```ts
   * await vault.kms.revokeGrant({ KeyId, GrantId })
   * ```
   */
  revokeGrant(input: OperationInput<'RevokeGrant'>): Promise<OperationOutput<'RevokeGrant'>> {
    return this.#connection.call('RevokeGrant', input)
  }

  // Rotation

  /**
   * Gives a symmetric encryption key new material at regular intervals, the first time one period from now. Encryption
   * uses the newest material, old ciphertexts stay decryptable for ever. What falls due while no tab is open happens once,
   * at the next opening.
   *
   * @param input `KeyId`: key id or ARN, no alias. `RotationPeriodInDays`: 90 to 2560 days, default 365; another period on
   *   a key that rotates already begins anew from now
   * @throws `UnsupportedOperationException` for keys of other specs, with imported material, and replicas
   * @throws `DisabledException`, `KMSInvalidStateException` if the state of the key does not allow it
   * @throws `NotFoundException`, `InvalidArnException` if no key is named
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
   *
   * @example
   * ```ts
   * await vault.kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 })
   * const { NextRotationDate } = await vault.kms.getKeyRotationStatus({ KeyId })
   * ```
   */
  enableKeyRotation(input: OperationInput<'EnableKeyRotation'>): Promise<OperationOutput<'EnableKeyRotation'>> {
    return this.#connection.call('EnableKeyRotation', input)
  }

  /**
   * Ends automatic rotation. The key goes on with the material that it has; enabling rotation again begins a new schedule.
   *
   * @param input `KeyId`: key id or ARN, no alias
   * @throws `UnsupportedOperationException` for keys of other specs, with imported material, and replicas
   * @throws `DisabledException`, `KMSInvalidStateException` if the state of the key does not allow it
   * @throws `NotFoundException`, `InvalidArnException` if no key is named
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKeyRotation.html
   *
   * @example
   * ```ts
   * await vault.kms.disableKeyRotation({ KeyId })
   * ```
   */
  disableKeyRotation(input: OperationInput<'DisableKeyRotation'>): Promise<OperationOutput<'DisableKeyRotation'>> {
    return this.#connection.call('DisableKeyRotation', input)
  }

  /**
   * Tells whether a symmetric encryption key rotates by itself, how often, and when next. A key that is pending deletion
   * reads as off; cancelling the deletion brings the setting back.
   *
   * @param input `KeyId`: key id or ARN, no alias
   * @returns `OnDemandRotationStartDate`: only while a rotation waits for the replicas of a multi-Region key
   * @throws `UnsupportedOperationException` for keys of other specs
   * @throws `NotFoundException`, `InvalidArnException` if no key is named
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html
   *
   * @example
   * ```ts
   * const { KeyRotationEnabled, NextRotationDate } = await vault.kms.getKeyRotationStatus({ KeyId })
   * ```
   */
  getKeyRotationStatus(
    input: OperationInput<'GetKeyRotationStatus'>,
  ): Promise<OperationOutput<'GetKeyRotationStatus'>> {
    return this.#connection.call('GetKeyRotationStatus', input)
  }

  /**
   * Gives a symmetric encryption key new material now; a key with imported material goes over to the material that waits.
   * The schedule of automatic rotation stays as it is.
   *
   * @param input `KeyId`: key id or ARN, no alias
   * @throws `LimitExceededException` after 25 rotations on demand
   * @throws `ConflictException` if an automatic rotation is due within 20 minutes, or a rotation has not ended yet
   * @throws `KMSInvalidStateException` if no imported material waits, or not all replicas have it
   * @throws `UnsupportedOperationException` for keys of other specs, and replicas
   * @throws `DisabledException` if the key is disabled
   * @throws `NotFoundException`, `InvalidArnException` if no key is named
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_RotateKeyOnDemand.html
   *
   * @example
   * ```ts
   * await vault.kms.rotateKeyOnDemand({ KeyId })
   * const { CiphertextBlob } = await vault.kms.reEncrypt({ CiphertextBlob: old, DestinationKeyId: KeyId })
   * ```
   */
  rotateKeyOnDemand(input: OperationInput<'RotateKeyOnDemand'>): Promise<OperationOutput<'RotateKeyOnDemand'>> {
    return this.#connection.call('RotateKeyOnDemand', input)
  }

  /**
   * Lists the rotations of a symmetric encryption key, oldest first.
   *
   * @param input `KeyId`: key id or ARN, no alias. `IncludeKeyMaterial`: `ROTATIONS_ONLY` (default), or `ALL_KEY_MATERIAL`
   *   for the first material and imported material that waits too. `Limit`: 1 to 1000, default 100. `Marker`: `NextMarker`
   *   of the page before
   * @throws `UnsupportedOperationException` for keys of other specs
   * @throws `InvalidMarkerException` for a marker of another list
   * @throws `NotFoundException`, `InvalidArnException` if no key is named
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyRotations.html
   *
   * @example
   * ```ts
   * const { Rotations } = await vault.kms.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })
   * const current = Rotations?.find(({ KeyMaterialState }) => KeyMaterialState === 'CURRENT')
   * ```
   */
  listKeyRotations(input: OperationInput<'ListKeyRotations'>): Promise<OperationOutput<'ListKeyRotations'>> {
    return this.#connection.call('ListKeyRotations', input)
  }

  // Imported key material

  /**
   * Gives a public key to wrap key material with, and the token that goes with it. Both are good for one import into this
   * key within 24 hours.
   *
   * @param input `KeyId`: id or ARN of a key of origin `EXTERNAL`. `WrappingKeySpec`: `RSA_2048`, `RSA_3072` or `RSA_4096`.
   *   `WrappingAlgorithm`: `RSAES_OAEP_SHA_1` or `_256` for up to 190 to 470 bytes, `RSA_AES_KEY_WRAP_SHA_1` or `_256` (an
   *   AES-256 key by OAEP, then the material by AES-KWP, RFC 5649) for any, and alone for RSA private keys
   * @throws `UnsupportedOperationException` for a key of another origin, or material that cannot be wrapped like this
   * @throws `KMSInvalidStateException` if the key is pending deletion
   * @throws `NotFoundException`, `InvalidArnException` if no key is named
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GetParametersForImport.html
   *
   * @example
   * ```ts
   * const { ImportToken, PublicKey } = await vault.kms.getParametersForImport({
   *   KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_4096',
   * })
   * ```
   */
  getParametersForImport(
    input: OperationInput<'GetParametersForImport'>,
  ): Promise<OperationOutput<'GetParametersForImport'>> {
    return this.#connection.call('GetParametersForImport', input)
  }

  /**
   * Takes the caller's own key material into a key of origin `EXTERNAL`: 32 raw bytes for symmetric keys, 28, 32, 48 or 64
   * for HMAC keys, a PKCS #8 private key (BER or DER, RFC 5208) for RSA and ECC keys. The first import binds the key to its
   * material; later only the same can be imported, but symmetric keys take new material to rotate to.
   *
   * @param input `KeyId`: key id or ARN. `EncryptedKeyMaterial`: the wrapped material, 1 to 6144 bytes. `ImportToken`: from
   *   {@link getParametersForImport}. `ExpirationModel`: default `KEY_MATERIAL_EXPIRES`, which needs `ValidTo`, at most 365
   *   days ahead. Symmetric keys: `ImportType`, `KeyMaterialDescription` (up to 256 characters), `KeyMaterialId`
   * @throws `ExpiredImportTokenException`, `InvalidImportTokenException` for a token that is old, used, or of another key
   * @throws `InvalidCiphertextException` if the material was not wrapped for this token
   * @throws `IncorrectKeyMaterialException` if it has another form, or is other material than the key is bound to
   * @throws `KMSInvalidStateException` if other material is pending rotation, or the key is pending deletion
   * @throws `ValidationException` for an expiry that cannot be
   * @throws `UnsupportedOperationException` for a key of another origin, and new material for a replica
   * @throws `NotFoundException`, `InvalidArnException` if no key is named
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ImportKeyMaterial.html
   *
   * @example
   * ```ts
   * const wrappingKey = await crypto.subtle.importKey(
   *   'spki', PublicKey, { name: 'RSA-OAEP', hash: 'SHA-256' }, false, ['encrypt'],
   * )
   * const EncryptedKeyMaterial = new Uint8Array(await crypto.subtle.encrypt('RSA-OAEP', wrappingKey, bytes))
   * await vault.kms.importKeyMaterial({
   *   KeyId, ImportToken, EncryptedKeyMaterial, ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
   * })
   * ```
   */
  importKeyMaterial(input: OperationInput<'ImportKeyMaterial'>): Promise<OperationOutput<'ImportKeyMaterial'>> {
    return this.#connection.call('ImportKeyMaterial', input)
  }

  /**
   * Deletes imported material. The key stays, and waits (`PendingImport`) until the same material is imported again.
   *
   * @param input `KeyId`: key id or ARN. `KeyMaterialId`: 64 hexadecimal digits, of a symmetric key; default the current
   *   material
   * @throws `UnsupportedOperationException` for a key of another origin
   * @throws `NotFoundException`, `InvalidArnException` if no key, or no material of the key, is named
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteImportedKeyMaterial.html
   *
   * @example
   * ```ts
   * await vault.kms.deleteImportedKeyMaterial({ KeyId })
   * ```
   */
  deleteImportedKeyMaterial(
    input: OperationInput<'DeleteImportedKeyMaterial'>,
  ): Promise<OperationOutput<'DeleteImportedKeyMaterial'>> {
    return this.#connection.call('DeleteImportedKeyMaterial', input)
  }

  // Multi-Region keys

  /**
   * Makes a replica of a multi-Region primary key, with the same id and material, in another Region of the vault: what one
   * encrypts, the other decrypts. A Region is a database in the same browser. The replica is `Creating` first; a key with
   * imported material waits for the same import.
   *
   * @param input `KeyId`: id or ARN of the primary. `ReplicaRegion`: such as `browser-local-2`. `Policy`, `Description`,
   *   `Tags`: of the replica, with the limits and defaults of {@link createKey}, not the primary's values
   * @throws `AlreadyExistsException` if that Region has such a key, also one that is pending deletion
   * @throws `UnsupportedOperationException` if the key is not a multi-Region primary
   * @throws `DisabledException`, `KMSInvalidStateException` if the state of the key does not allow it
   * @throws `LimitExceededException`, `MalformedPolicyDocumentException`, `TagException` as in {@link createKey}
   * @throws `NotFoundException`, `InvalidArnException` if no key is named
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html
   *
   * @example
   * ```ts
   * const { KeyMetadata } = await vault.kms.createKey({ MultiRegion: true })
   * await vault.kms.replicateKey({ KeyId: KeyMetadata.KeyId, ReplicaRegion: 'browser-local-2' })
   * await vault.region('browser-local-2').describeKey({ KeyId: KeyMetadata.KeyId })
   * ```
   */
  replicateKey(input: OperationInput<'ReplicateKey'>): Promise<OperationOutput<'ReplicateKey'>> {
    return this.#connection.call('ReplicateKey', input)
  }

  /**
   * Makes a replica the primary key of its set, and the primary a replica. Both are `Updating` meanwhile, and can be used.
   *
   * @param input `KeyId`: id or ARN of the primary. `PrimaryRegion`: the Region of the replica that takes over
   * @throws `UnsupportedOperationException` if the key is not a multi-Region primary, or is the one of that Region
   * @throws `NotFoundException` if there is no replica in that Region, or no key is named
   * @throws `DisabledException`, `KMSInvalidStateException` if the state of either key does not allow it
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdatePrimaryRegion.html
   *
   * @example
   * ```ts
   * await vault.kms.updatePrimaryRegion({ KeyId, PrimaryRegion: 'browser-local-2' })
   * ```
   */
  updatePrimaryRegion(input: OperationInput<'UpdatePrimaryRegion'>): Promise<OperationOutput<'UpdatePrimaryRegion'>> {
    return this.#connection.call('UpdatePrimaryRegion', input)
  }

  // Custom key stores

  /**
   * Not built yet: answers `UnsupportedOperationException`.
   * It will register a key manager outside the vault, in which keys can be made or used; at most 10 in a Region.
   *
   * @param input `CustomKeyStoreName`: 1 to 256 characters. `CustomKeyStoreType`: `AWS_CLOUDHSM` or
   *   `EXTERNAL_KEY_STORE`, each with members of its own
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateCustomKeyStore.html
   */
  createCustomKeyStore(
    input: OperationInput<'CreateCustomKeyStore'>,
  ): Promise<OperationOutput<'CreateCustomKeyStore'>> {
    return this.#connection.call('CreateCustomKeyStore', input)
  }

  /**
   * Lists the custom key stores of the Region. There are none: they cannot be created yet.
   *
   * @param input `CustomKeyStoreId` or `CustomKeyStoreName`: to tell about one. `Limit`: 1 to 1000 stores a page.
   *   `Marker`: `NextMarker` of the page before
   * @throws `CustomKeyStoreNotFoundException` if one is named
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeCustomKeyStores.html
   *
   * @example
   * ```ts
   * const { CustomKeyStores } = await vault.kms.describeCustomKeyStores()
   * ```
   */
  describeCustomKeyStores(
    input: OperationInput<'DescribeCustomKeyStores'> = {},
  ): Promise<OperationOutput<'DescribeCustomKeyStores'>> {
    return this.#connection.call('DescribeCustomKeyStores', input)
  }

  /**
   * Not built yet: there is no custom key store, and it answers `CustomKeyStoreNotFoundException`.
   * It will connect the vault to a custom key store, so that its keys can be used.
   *
   * @param input `CustomKeyStoreId`: 1 to 64 characters
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ConnectCustomKeyStore.html
   */
  connectCustomKeyStore(
    input: OperationInput<'ConnectCustomKeyStore'>,
  ): Promise<OperationOutput<'ConnectCustomKeyStore'>> {
    return this.#connection.call('ConnectCustomKeyStore', input)
  }

  /**
   * Not built yet: there is no custom key store, and it answers `CustomKeyStoreNotFoundException`.
   * It will disconnect a custom key store, whose keys are unavailable until it is connected again.
   *
   * @param input `CustomKeyStoreId`: 1 to 64 characters
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_DisconnectCustomKeyStore.html
   */
  disconnectCustomKeyStore(
    input: OperationInput<'DisconnectCustomKeyStore'>,
  ): Promise<OperationOutput<'DisconnectCustomKeyStore'>> {
    return this.#connection.call('DisconnectCustomKeyStore', input)
  }

  /**
   * Not built yet: there is no custom key store, and it answers `CustomKeyStoreNotFoundException`.
   * It will change the name or the connection settings of a custom key store.
   *
   * @param input `CustomKeyStoreId`: 1 to 64 characters. `NewCustomKeyStoreName`: 1 to 256 characters. The other
   *   members: new settings, by type of store
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateCustomKeyStore.html
   */
  updateCustomKeyStore(
    input: OperationInput<'UpdateCustomKeyStore'>,
  ): Promise<OperationOutput<'UpdateCustomKeyStore'>> {
    return this.#connection.call('UpdateCustomKeyStore', input)
  }

  /**
   * Not built yet: there is no custom key store, and it answers `CustomKeyStoreNotFoundException`.
   * It will remove a custom key store that holds no keys from the vault; the key manager itself is not touched.
   *
   * @param input `CustomKeyStoreId`: 1 to 64 characters
   * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteCustomKeyStore.html
   */
  deleteCustomKeyStore(
    input: OperationInput<'DeleteCustomKeyStore'>,
  ): Promise<OperationOutput<'DeleteCustomKeyStore'>> {
    return this.#connection.call('DeleteCustomKeyStore', input)
  }
}
