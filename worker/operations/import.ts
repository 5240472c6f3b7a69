/** Key material from outside: GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial (IMP-1 to IMP-18). */
import {
  ExpiredImportTokenException,
  IncorrectKeyMaterialException,
  InvalidCiphertextException,
  InvalidImportTokenException,
  KMSInvalidStateException,
  NotFoundException,
  UnsupportedOperationException,
  ValidationException,
} from '../../src/contract/errors.js'
import { once } from '../../src/contract/once.js'
import type { ValidInput } from '../../src/contract/shapes.js'
import type { Born } from '../lifecycle/births.js'
import { removeImported, withSetTold } from '../lifecycle/due-work.js'
import { isBound, withMaterials } from '../lifecycle/imported-material.js'
import { DAY, hasReplicas } from '../lifecycle/key-facts.js'
import { nextPosition } from '../lifecycle/rotation.js'
import type { Bytes } from '../material/family.js'
import { adoptMaterial } from '../material/given-materials.js'
import { lockedError } from '../pipeline/locked-keys.js'
import type { OperationRows, Region, Request, Target } from '../pipeline/row.js'
import { byKeyIdOrArn, onlyKey } from '../pipeline/targets.js'
import type { ImportTokenRecord, KeyRecord, MaterialId, MaterialRecord } from '../storage/schema.js'
import { StaleBirth } from '../storage/stored-material.js'
import { issueImportToken, readImportToken, TOKEN_LIFETIME } from './import-tokens.js'
import { custodyOf } from './key-material.js'

/** Imported material can be told to expire at most this much later (IMP-8). */
const LONGEST_LIFE = 365 * DAY

const loadWrapping = once(() => import('../material/key-wrapping.js'))
const loadFingerprint = once(() => import('../material/fingerprint.js'))

type ImportInput = ValidInput<'ImportKeyMaterial'>

export const importRows = {
  GetParametersForImport: {
    kind: 'mutation',
    audited: ['KeyId', 'WrappingAlgorithm', 'WrappingKeySpec'],
    targets: byKeyIdOrArn,
    prepare: async ({ input, now }, [target], { store }) => {
      const { key } = target as Target
      const { WrappingAlgorithm, WrappingKeySpec } = input
      const { canWrap, makeWrappingPair } = await loadWrapping()
      if (!canWrap(key.keySpec, WrappingAlgorithm, WrappingKeySpec))
        throw new UnsupportedOperationException(
          `Key material of spec ${key.keySpec} cannot be wrapped with ${WrappingAlgorithm} and a wrapping key of spec ${WrappingKeySpec}.`,
        )
      const { privateKey, publicKey } = await makeWrappingPair(WrappingAlgorithm, WrappingKeySpec)
      const { tokenId, token } = await issueImportToken(store, key.keyId, now)
      return {
        publicKey,
        token,
        record: {
          keyId: key.keyId,
          tokenId,
          wrappingAlgorithm: WrappingAlgorithm,
          wrappingKeySpec: WrappingKeySpec,
          validTo: now + TOKEN_LIFETIME,
          privateKey,
        },
      }
    },
    execute: async (_request, [target], transaction, prepared) => {
      const { record, token, publicKey } = prepared as IssuedParameters
      await transaction.addImportToken(record)
      return {
        KeyId: (target as Target).arn,
        ImportToken: token,
        PublicKey: publicKey,
        ParametersValidTo: new Date(record.validTo),
      }
    },
  },

  ImportKeyMaterial: {
    kind: 'mutation',
    audited: ['KeyId', 'ValidTo', 'ExpirationModel', 'ImportType', 'KeyMaterialDescription', 'KeyMaterialId'],
    check: checkExpirationModel,
    targets: byKeyIdOrArn,
    rules: ({ input, now }, [target]) => {
      checkValidTo(input, now)
      checkMembersOfSymmetric(input, (target as Target).key)
    },
    prepare: unwrapMaterial,
    execute: async ({ input }, [target], transaction, prepared) => {
      const { key, arn } = target as Target
      const { tokenId, materialId, material, copy } = prepared as UnwrappedMaterial
      const { now, latest } = transaction.moment
      if (!(await transaction.takeImportToken(key.keyId, tokenId))) throw usedToken()
      const materials = await transaction.materials(key.keyId)
      const known = materials.find((candidate) => candidate.materialId === materialId)
      const isFirst = key.currentMaterialId === undefined && materials.length === 0
      const isNew =
        (input.ImportType ?? (isFirst ? 'NEW_KEY_MATERIAL' : 'EXISTING_KEY_MATERIAL')) === 'NEW_KEY_MATERIAL'
      checkIdentity({ key, arn }, input, materialId, known, isNew)
      if (copy && copy.position !== positionOf(key, known)) throw new StaleBirth()
      const validTo = input.ValidTo?.getTime()
      const description = input.KeyMaterialDescription ?? known?.imported?.description
      const record: MaterialRecord = {
        keyId: key.keyId,
        materialId,
        createdAt: known?.createdAt ?? now,
        ...material,
        ...(known?.rotation && { rotation: known.rotation }),
        imported: {
          isHere: true,
          ...(description !== undefined && { description }),
          ...(validTo !== undefined && { validTo }),
          ...(validTo !== undefined && validTo <= latest && { ignoresLatest: true }),
        },
      }
      await transaction.addMaterial(record, copy)
      const others = materials.filter((candidate) => candidate !== known)
      const placed = withSetTold(placeOf(record, key, isNew && !isFirst), now)
      await transaction.putKey(withMaterials({ ...placed, custody: custodyOf(material) }, [...others, record]))
      return { KeyId: arn, ...(isSymmetric(key) && { KeyMaterialId: materialId }) }
    },
  },

  DeleteImportedKeyMaterial: {
    kind: 'mutation',
    audited: ['KeyId', 'KeyMaterialId'],
    targets: byKeyIdOrArn,
    rules: ({ input }, targets) => {
      if (input.KeyMaterialId !== undefined && !isSymmetric(onlyKey(targets))) throw onlySymmetric('KeyMaterialId')
    },
    execute: async ({ input }, [target], transaction) => {
      const { key, arn } = target as Target
      const materialId = input.KeyMaterialId ?? key.currentMaterialId
      const materials = await transaction.materials(key.keyId)
      const material = materials.find((candidate) => candidate.materialId === materialId)
      if (!material && input.KeyMaterialId !== undefined)
        throw new NotFoundException(`Key material (id: ${materialId}) is not associated with KMS key ${arn}.`)
      if (material?.imported?.isHere) {
        const removed = await removeImported(transaction, key, materials, material)
        await transaction.putKey(withMaterials(removed.key, removed.materials))
      }
      return { KeyId: arn, ...(isSymmetric(key) && materialId !== undefined && { KeyMaterialId: materialId }) }
    },
  },
} satisfies OperationRows

interface IssuedParameters {
  readonly record: ImportTokenRecord
  readonly token: Bytes
  readonly publicKey: Bytes
}

interface UnwrappedMaterial extends Born {
  readonly tokenId: string
  readonly materialId: MaterialId
}

/** KEY_MATERIAL_EXPIRES is the default, and needs a date; the other model has none (IMP-8). */
function checkExpirationModel({ ExpirationModel = 'KEY_MATERIAL_EXPIRES', ValidTo }: ImportInput): void {
  if (ExpirationModel === 'KEY_MATERIAL_EXPIRES' && ValidTo === undefined)
    throw new ValidationException('A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES')
  if (ExpirationModel === 'KEY_MATERIAL_DOES_NOT_EXPIRE' && ValidTo !== undefined)
    throw new ValidationException(
      'A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE',
    )
}

function checkValidTo({ ValidTo }: ImportInput, now: number): void {
  if (ValidTo === undefined) return
  const validTo = ValidTo.getTime()
  if (validTo <= now) throw new ValidationException('The validTo date must be in the future.')
  if (validTo > now + LONGEST_LIFE)
    throw new ValidationException('The validTo date must be at most 365 days after the request.')
}

/** Only symmetric encryption keys have several materials (IMP-18). */
function checkMembersOfSymmetric(input: ImportInput, key: KeyRecord): void {
  if (input.ImportType === 'NEW_KEY_MATERIAL' && input.KeyMaterialId !== undefined)
    throw new ValidationException('KeyMaterialId must not be given with ImportType NEW_KEY_MATERIAL.')
  if (isSymmetric(key)) return
  for (const member of ['ImportType', 'KeyMaterialDescription', 'KeyMaterialId'] as const)
    if (input[member] !== undefined) throw onlySymmetric(member)
}

function onlySymmetric(member: string): ValidationException {
  return new ValidationException(`${member} is for symmetric encryption keys only: others have one key material.`)
}

/** Opens the token, unwraps the material and makes it the vault's own. What was unwrapped is wiped. */
async function unwrapMaterial(
  request: Request<'ImportKeyMaterial'>,
  targets: readonly Target[],
  { store }: Region,
): Promise<UnwrappedMaterial> {
  const { input, now, isLocked } = request
  const key = onlyKey(targets)
  const { tokenId, expiresAt } = await readImportToken(store, key.keyId, input.ImportToken as Bytes).catch(
    (error: unknown) => {
      // Whether it was issued before the vault was locked is not known before it is unlocked.
      throw isLocked ? lockedError('The import token') : error
    },
  )
  if (expiresAt <= now)
    throw new ExpiredImportTokenException('The import token has expired. Get new parameters for import.')
  const token = await store.importToken(key.keyId, tokenId)
  if (!token) throw usedToken()
  const { unwrap } = await loadWrapping()
  const wrapped = input.EncryptedKeyMaterial as Bytes
  const bytes = await unwrap(token.privateKey, token.wrappingAlgorithm, token.wrappingKeySpec, wrapped)
  if (!bytes)
    throw new InvalidCiphertextException(
      `The key material cannot be unwrapped: it was not wrapped with ${token.wrappingAlgorithm} and the public key of this import token.`,
    )
  try {
    const adopted = await adopt(key, bytes, request, await store.materials(key.keyId))
    if (!adopted) throw new IncorrectKeyMaterialException(`The key material is not one of key spec ${key.keySpec}.`)
    return { tokenId, ...adopted }
  } finally {
    bytes.fill(0)
  }
}

async function adopt(
  key: KeyRecord,
  bytes: Bytes,
  { births, custody }: Pick<Request<'ImportKeyMaterial'>, 'births' | 'custody'>,
  materials: readonly MaterialRecord[],
): Promise<Omit<UnwrappedMaterial, 'tokenId'> | undefined> {
  const { keyId, keySpec, keyUsage } = key
  const adopted = await adoptMaterial(key, bytes, custody.sealer, custody)
  if (!adopted) return undefined
  const { materialIdOfBytes, materialIdOfPublicKey } = await loadFingerprint()
  const { publicKey } = adopted
  // One private key has many encodings, but one public key (IMP-11).
  const materialId = publicKey ? await materialIdOfPublicKey(keyId, publicKey) : await materialIdOfBytes(keyId, bytes)
  const known = materials.find((candidate) => candidate.materialId === materialId)
  const newborn = { keyId, keySpec, keyUsage, materialId, position: positionOf(key, known) }
  // Its copy is bound to its name, which was not known before.
  const born = await births.bear(newborn, async (sealer, options) =>
    options.birth ? adoptMaterial(key, bytes, sealer, options) : adopted,
  )
  return born && { ...newborn, ...born }
}

/** The place in the rotation that imported material has, or gets when it is rotated to. */
function positionOf(key: KeyRecord, known: MaterialRecord | undefined): number {
  if (known?.rotation) return known.rotation.ordinal
  const isFirst = key.currentMaterialId === undefined || (known !== undefined && isBound(key, known))
  return isFirst ? 0 : nextPosition(key)
}

function usedToken(): InvalidImportTokenException {
  return new InvalidImportTokenException('The import token was used already. Get new parameters for import.')
}

/** What may be imported into the key, given what it is bound to (IMP-9, IMP-11, IMP-18, MRK-17, MRK-18). */
function checkIdentity(
  { key, arn }: Pick<Target, 'key' | 'arn'>,
  { KeyMaterialId }: ImportInput,
  materialId: MaterialId,
  known: MaterialRecord | undefined,
  isNew: boolean,
): void {
  if (KeyMaterialId !== undefined && KeyMaterialId !== materialId)
    throw new IncorrectKeyMaterialException(`The key material is not the one with id ${KeyMaterialId}.`)
  if (!isNew) {
    if (!known)
      throw new IncorrectKeyMaterialException(
        `The key material is none that KMS key ${arn} is bound to. Import the same key material as before.`,
      )
    return
  }
  if (known)
    throw new IncorrectKeyMaterialException(`The key material (id: ${materialId}) is associated with the key already.`)
  if (key.set?.role === 'REPLICA')
    throw new UnsupportedOperationException(
      `${arn} is a replica: new key material is imported into its primary key, in ${key.set.primaryRegion}.`,
    )
  if (key.nextMaterial)
    throw new KMSInvalidStateException(
      `New key material (id: ${materialId}) cannot be imported into KMS key ${arn}, because another key material (id: ${key.nextMaterial.materialId}) is pending rotation.`,
    )
}

/** The first material becomes the current one; new material waits for RotateKeyOnDemand. */
function placeOf({ materialId }: MaterialRecord, key: KeyRecord, waits: boolean): KeyRecord {
  if (waits) return { ...key, nextMaterial: { materialId, everywhere: !hasReplicas(key) } }
  return { ...key, currentMaterialId: key.currentMaterialId ?? materialId }
}

function isSymmetric({ keySpec }: KeyRecord): boolean {
  return keySpec === 'SYMMETRIC_DEFAULT'
}
