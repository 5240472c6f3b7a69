/** Encrypt, Decrypt, ReEncrypt and the data keys that are encrypted the same way. */

import { longestPlaintext } from '../../src/contract/encryption-algorithms.js'
import {
  AccessDeniedException,
  IncorrectKeyException,
  InvalidCiphertextException,
  InvalidKeyUsageException,
  KMSInternalException,
  ValidationException,
} from '../../src/contract/errors.js'
import type { EncryptionContext, OperationInput, Value } from '../../src/contract/shapes.js'
import type { Bytes } from '../material/family.js'
import { open, seal } from '../material/symmetric.js'
import type { CustodyRules, OperationRows, Request, Target } from '../pipeline/row.js'
import { byAnyIdentifier, existingKey, FoundBefore, inOrder, keyByAnyIdentifier, Unfound } from '../pipeline/targets.js'
import type { VaultReader } from '../storage/reader.js'
import type { KeyRecord, MaterialId, MaterialRecord } from '../storage/schema.js'
import type { VaultStore } from '../storage/vault-store.js'
import { type CiphertextHeader, ciphertextHeader, readCiphertextBlob } from './ciphertext-blob.js'
import { authenticatedData } from './encryption-context.js'
import { ability, checkAlgorithmOf, currentMaterial, materialOf } from './key-material.js'

const SYMMETRIC_DEFAULT = 'SYMMETRIC_DEFAULT'

export const encryptionRows = {
  Encrypt: {
    kind: 'use',
    usage: 'ENCRYPT_DECRYPT',
    audited: ['KeyId', 'EncryptionAlgorithm', 'EncryptionContext', 'DryRun'],
    targets: byAnyIdentifier,
    rules: ({ input }, [target]) => {
      const side = sideOf(target, input.EncryptionAlgorithm, input.EncryptionContext)
      checkSide(side)
      checkPlaintextLength(side, input.Plaintext.byteLength)
    },
    execute: async ({ input }, [target], { store }) => {
      const side = sideOf(target, input.EncryptionAlgorithm, input.EncryptionContext)
      const { blob } = await encryptOn(side, store, input.Plaintext as Bytes)
      return { CiphertextBlob: blob, KeyId: (target as Target).arn, EncryptionAlgorithm: side.algorithm }
    },
  },

  Decrypt: {
    kind: 'use',
    usage: 'ENCRYPT_DECRYPT',
    audited: ['KeyId', 'EncryptionAlgorithm', 'EncryptionContext', 'DryRun'],
    check: (input) => {
      refuseRecipient(input)
      checkCiphertextPresent(input)
    },
    targets: async (request, reader) => {
      const { KeyId, CiphertextBlob, EncryptionAlgorithm } = request.input
      return [await ciphertextKey(request, reader, KeyId, CiphertextBlob, EncryptionAlgorithm, 'key')]
    },
    rules: ({ input }, [target]) => checkSide(sideOf(target, input.EncryptionAlgorithm, input.EncryptionContext)),
    execute: async ({ input, custody }, [target], { store }) => {
      const side = sideOf(target, input.EncryptionAlgorithm, input.EncryptionContext)
      const { plaintext, materialId } = await decryptOn(side, store, input.CiphertextBlob, custody)
      return {
        KeyId: (target as Target).arn,
        Plaintext: plaintext,
        EncryptionAlgorithm: side.algorithm,
        ...(materialId !== undefined && { KeyMaterialId: materialId }),
      }
    },
  },

  ReEncrypt: {
    kind: 'use',
    usage: 'ENCRYPT_DECRYPT',
    audited: [
      'SourceKeyId',
      'SourceEncryptionAlgorithm',
      'SourceEncryptionContext',
      'DestinationKeyId',
      'DestinationEncryptionAlgorithm',
      'DestinationEncryptionContext',
      'DryRun',
    ],
    action: (role) => (role === 'source' ? 'kms:ReEncryptFrom' : 'kms:ReEncryptTo'),
    check: checkCiphertextPresent,
    targets: async (request, reader) => {
      const { SourceKeyId, DestinationKeyId, CiphertextBlob, SourceEncryptionAlgorithm } = request.input
      return inOrder(
        ciphertextKey(request, reader, SourceKeyId, CiphertextBlob, SourceEncryptionAlgorithm, 'source'),
        () => keyByAnyIdentifier(request, reader, DestinationKeyId, 'destination'),
      )
    },
    rules: ({ input }, [source, destination]) => {
      checkSide(sideOf(source, input.SourceEncryptionAlgorithm, input.SourceEncryptionContext))
      checkSide(sideOf(destination, input.DestinationEncryptionAlgorithm, input.DestinationEncryptionContext))
    },
    execute: async ({ input, custody }, [source, destination], { store }) => {
      const from = sideOf(source, input.SourceEncryptionAlgorithm, input.SourceEncryptionContext)
      const to = sideOf(destination, input.DestinationEncryptionAlgorithm, input.DestinationEncryptionContext)
      const opened = await decryptOn(from, store, input.CiphertextBlob, custody)
      try {
        checkPlaintextLength(to, opened.plaintext.byteLength)
        const made = await encryptOn(to, store, opened.plaintext)
        return {
          CiphertextBlob: made.blob,
          SourceKeyId: (source as Target).arn,
          KeyId: (destination as Target).arn,
          SourceEncryptionAlgorithm: from.algorithm,
          DestinationEncryptionAlgorithm: to.algorithm,
          ...(opened.materialId !== undefined && { SourceKeyMaterialId: opened.materialId }),
          ...(made.materialId !== undefined && { DestinationKeyMaterialId: made.materialId }),
        }
      } finally {
        opened.plaintext.fill(0)
      }
    },
  },

  GenerateDataKey: {
    kind: 'use',
    usage: 'ENCRYPT_DECRYPT',
    audited: ['KeyId', 'KeySpec', 'NumberOfBytes', 'EncryptionContext', 'DryRun'],
    check: (input) => {
      refuseRecipient(input)
      dataKeyLength(input)
    },
    targets: byAnyIdentifier,
    rules: ({ operation }, [target]) => checkSymmetric(operation, target),
    execute: async (request, [target], { store }) => {
      const { arn } = target as Target
      const { dataKey, blob, materialId } = await generateDataKey(request, target as Target, store)
      return { CiphertextBlob: blob, Plaintext: dataKey, KeyId: arn, KeyMaterialId: materialId }
    },
  },

  GenerateDataKeyWithoutPlaintext: {
    kind: 'use',
    usage: 'ENCRYPT_DECRYPT',
    audited: ['KeyId', 'KeySpec', 'NumberOfBytes', 'EncryptionContext', 'DryRun'],
    check: dataKeyLength,
    targets: byAnyIdentifier,
    rules: ({ operation }, [target]) => checkSymmetric(operation, target),
    execute: async (request, [target], { store }) => {
      const { arn } = target as Target
      const { dataKey, blob, materialId } = await generateDataKey(request, target as Target, store)
      dataKey.fill(0)
      return { CiphertextBlob: blob, KeyId: arn, KeyMaterialId: materialId }
    },
  },
} satisfies OperationRows

/** One half of a request that encrypts or decrypts: a key, and what the request says for it. */
interface Side {
  readonly key: KeyRecord
  readonly algorithm: Algorithm
  readonly context: EncryptionContext | undefined
}
type Algorithm = Value<'EncryptionAlgorithmSpec'>

function sideOf(
  target: Target | undefined,
  algorithm: Algorithm | undefined,
  context: EncryptionContext | undefined,
): Side {
  return { key: (target as Target).key, algorithm: algorithm ?? SYMMETRIC_DEFAULT, context }
}

/** The algorithm must be one of the key's, and only symmetric encryption takes a context (MGT-50). */
function checkSide({ key, algorithm, context }: Side): void {
  checkAlgorithmOf(key, algorithm)
  if (algorithm !== SYMMETRIC_DEFAULT && context !== undefined && Object.keys(context).length > 0)
    throw new ValidationException(`An encryption context cannot be used with ${algorithm}: it would not be protected.`)
}

function checkPlaintextLength({ key, algorithm }: Side, length: number): void {
  const limit = longestPlaintext(key.keySpec, algorithm)
  if (length > limit)
    throw new ValidationException(
      `Algorithm ${algorithm} and key spec ${key.keySpec} cannot encrypt data larger than ${limit} bytes.`,
    )
}

/** Data keys are wrapped by symmetric encryption keys only (ENC-6). */
export function checkSymmetric(operation: string, target: Target | undefined): void {
  const { key, arn } = target as Target
  if (key.keySpec !== SYMMETRIC_DEFAULT)
    throw new InvalidKeyUsageException(`${arn} key spec is ${key.keySpec} which is not valid for ${operation}.`)
}

async function encryptOn(
  { key, algorithm, context }: Side,
  store: VaultStore,
  plaintext: Bytes,
): Promise<{ blob: Bytes; materialId?: MaterialId }> {
  if (algorithm === SYMMETRIC_DEFAULT) return encryptWith(store, key, plaintext, context)
  const { material, family } = await materialOf(store, key)
  return { blob: await ability(family, 'encryption').encrypt(material, algorithm, plaintext) }
}

async function decryptOn(
  { key, algorithm, context }: Side,
  store: VaultStore,
  blob: Uint8Array | undefined,
  { sealer }: CustodyRules,
): Promise<{ plaintext: Bytes; materialId?: MaterialId }> {
  if (algorithm === SYMMETRIC_DEFAULT) return decryptWith(store, key, blob, context)
  const { material, family } = await materialOf(store, key)
  const plaintext = await ability(family, 'encryption').decrypt(material, algorithm, blob as Bytes, sealer)
  if (!plaintext)
    throw new InvalidCiphertextException(
      `The ciphertext was not made for this key with ${algorithm}, or it was changed.`,
    )
  return { plaintext }
}

export async function encryptWith(
  store: VaultStore,
  key: KeyRecord,
  plaintext: Uint8Array,
  context: EncryptionContext | undefined,
): Promise<{ blob: Bytes; materialId: MaterialId }> {
  const material = await currentMaterial(store, key)
  const header = headerOf(material)
  const authenticated = authenticatedData(header, context)
  const blob = await seal(
    material.handles.aead as CryptoKey,
    plaintext as Uint8Array<ArrayBuffer>,
    authenticated,
    header,
  )
  return { blob, materialId: material.materialId }
}

const headers = new WeakMap<MaterialRecord, Uint8Array<ArrayBuffer>>()

/** All ciphertexts of one backing key begin alike. */
function headerOf(material: MaterialRecord): Uint8Array<ArrayBuffer> {
  let header = headers.get(material)
  if (!header) {
    header = ciphertextHeader(material.keyId, material.materialId)
    headers.set(material, header)
  }
  return header
}

async function decryptWith(
  store: VaultStore,
  key: KeyRecord,
  blob: Uint8Array | undefined,
  context: EncryptionContext | undefined,
): Promise<{ plaintext: Bytes; materialId: MaterialId }> {
  const { materialId, header, sealed } = readOwnCiphertext(blob)
  const material = await store.material(key.keyId, materialId)
  const { aead } = material?.handles ?? {}
  // The ciphertext is not to blame: whoever believed that it was would throw it away.
  if (material && !aead && material.imported?.isHere !== false)
    throw new KMSInternalException(
      'The vault has lost the handle of the material that made the ciphertext: the browser did not give it back from its storage.',
    )
  const plaintext = aead && (await open(aead, sealed, authenticatedData(header, context)))
  if (!plaintext)
    throw new InvalidCiphertextException(
      'The ciphertext cannot be opened: it was changed, or the encryption context is not exactly the one it was made with.',
    )
  return { plaintext, materialId }
}

function readOwnCiphertext(blob: Uint8Array | undefined): CiphertextHeader {
  const read = blob && readCiphertextBlob(blob as Uint8Array<ArrayBuffer>)
  if (!read)
    throw new InvalidCiphertextException(
      'The ciphertext was not made by browser-kms with a symmetric encryption key, or it was cut short.',
    )
  return read
}

/**
 * The key that made a ciphertext. A key that the request names has to be that one: this is looked at before anything
 * else about the named key (recorded behaviour, aws-facts 5).
 */
async function ciphertextKey(
  request: Pick<Request<never>, 'realm' | 'caller'>,
  reader: VaultReader,
  identifier: string | undefined,
  blob: Uint8Array | undefined,
  algorithm: Algorithm | undefined,
  role: Target['role'],
): Promise<Target> {
  const named = identifier === undefined ? undefined : await keyByAnyIdentifier(request, reader, identifier, role)
  // A dry run with IGNORE_CIPHERTEXT has no ciphertext, and a key instead (SDK-33).
  if (named && blob === undefined) return named
  if (algorithm !== undefined && algorithm !== SYMMETRIC_DEFAULT) {
    if (named) return named
    throw new ValidationException(
      `The key must be named to decrypt with ${algorithm}: the ciphertext does not name it.`,
    )
  }
  // What is no ciphertext of a symmetric key cannot contradict the named one, whose usage is looked at then.
  if (named && named.key.keySpec !== SYMMETRIC_DEFAULT && !readCiphertextBlob(blob as Bytes)) return named
  if (named) return checkMadeBy(named, blob)
  const { keyId } = readOwnCiphertext(blob)
  try {
    return await existingKey(request, reader, keyId, role)
  } catch (error) {
    if (!(error instanceof Unfound)) throw error
    // Whoever holds a ciphertext must not learn from it which keys exist (AUTHZ-90).
    throw new AccessDeniedException(
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    )
  }
}

/**
 * Lets a named key pass that made a ciphertext.
 *
 * @throws FoundBefore: who may not use the key does not learn from what is wrong with a ciphertext that there is one
 */
function checkMadeBy(named: Target, blob: Uint8Array | undefined): Target {
  try {
    if (readOwnCiphertext(blob).keyId === named.key.keyId) return named
  } catch (error) {
    throw new FoundBefore([named], error)
  }
  throw new FoundBefore(
    [named],
    new IncorrectKeyException('The key ID in the request does not identify a CMK that can perform this operation.'),
  )
}

/** SDK-33: `CiphertextBlob` may be missing only from a dry run that ignores it, which then has to name the key. */
function checkCiphertextPresent(input: OperationInput<'Decrypt'> | OperationInput<'ReEncrypt'>): void {
  const { CiphertextBlob, DryRun, DryRunModifiers = [] } = input
  const ignored = DryRunModifiers.includes('IGNORE_CIPHERTEXT')
  if (DryRunModifiers.length > 0 && DryRun !== true)
    throw new ValidationException('DryRunModifiers can only be used together with DryRun.')
  if (CiphertextBlob === undefined && !ignored)
    throw new ValidationException(
      "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null",
    )
  const keyMember = 'DestinationKeyId' in input ? 'SourceKeyId' : 'KeyId'
  const named = 'DestinationKeyId' in input ? input.SourceKeyId : (input as OperationInput<'Decrypt'>).KeyId
  if (CiphertextBlob === undefined && named === undefined)
    throw new ValidationException(`${keyMember} is required where CiphertextBlob is left out.`)
}

/** There is no trust anchor for attestation documents, so none is accepted (RECIP). */
export function refuseRecipient({ Recipient }: { readonly Recipient?: unknown }): void {
  if (Recipient !== undefined)
    throw new ValidationException(
      'Recipient is not supported: this vault has no trust anchor to check an attestation document against.',
    )
}

const DATA_KEY_BYTES = { AES_128: 16, AES_256: 32 } as const

type DataKeyInput = OperationInput<'GenerateDataKeyWithoutPlaintext'>

/** Bytes of the data key that a request asks for: exactly one of the two ways to say it (MGT-41). */
function dataKeyLength({ KeySpec, NumberOfBytes }: Pick<DataKeyInput, 'KeySpec' | 'NumberOfBytes'>): number {
  if ((KeySpec === undefined) === (NumberOfBytes === undefined))
    throw new ValidationException('Please specify either number of bytes or key spec.')
  return KeySpec === undefined ? (NumberOfBytes as number) : DATA_KEY_BYTES[KeySpec]
}

async function generateDataKey(
  { input }: { readonly input: DataKeyInput },
  { key }: Target,
  store: VaultStore,
): Promise<{ dataKey: Uint8Array; blob: Uint8Array; materialId: MaterialId }> {
  const dataKey = crypto.getRandomValues(new Uint8Array(dataKeyLength(input)))
  return { dataKey, ...(await encryptWith(store, key, dataKey, input.EncryptionContext)) }
}
