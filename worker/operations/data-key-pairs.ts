/** GenerateDataKeyPair: a pair made in the worker, its private half encrypted under a symmetric key (MGT-43). */
import type { ValidInput } from '../../src/contract/shapes.js'
import { type FamilySpec, familyOf } from '../material/families.js'
import type { OperationRows, Target } from '../pipeline/row.js'
import { byAnyIdentifier } from '../pipeline/targets.js'
import type { VaultStore } from '../storage/vault-store.js'
import { checkSymmetric, encryptWith, refuseRecipient } from './encryption.js'
import { ability } from './key-material.js'

export const dataKeyPairRows = {
  GenerateDataKeyPair: {
    kind: 'use',
    usage: 'ENCRYPT_DECRYPT',
    audited: ['KeyId', 'KeyPairSpec', 'EncryptionContext', 'DryRun'],
    check: refuseRecipient,
    targets: byAnyIdentifier,
    rules: ({ operation }, targets) => checkSymmetric(operation, targets[0]),
    execute: async ({ input }, [target], { store }) => {
      const { privateKey, ...answer } = await makePair(input, target as Target, store)
      return { ...answer, PrivateKeyPlaintext: privateKey }
    },
  },

  GenerateDataKeyPairWithoutPlaintext: {
    kind: 'use',
    usage: 'ENCRYPT_DECRYPT',
    audited: ['KeyId', 'KeyPairSpec', 'EncryptionContext', 'DryRun'],
    targets: byAnyIdentifier,
    rules: ({ operation }, targets) => checkSymmetric(operation, targets[0]),
    execute: async ({ input }, [target], { store }) => {
      const { privateKey, ...answer } = await makePair(input, target as Target, store)
      privateKey.fill(0)
      return answer
    },
  },
} satisfies OperationRows

async function makePair(
  { KeyPairSpec, EncryptionContext }: ValidInput<'GenerateDataKeyPairWithoutPlaintext'>,
  { key, arn }: Target,
  store: VaultStore,
) {
  const family = await familyOf(KeyPairSpec as FamilySpec)
  const { privateKey, publicKey } = await ability(family, 'makePair')()
  const { blob, materialId } = await encryptWith(store, key, privateKey, EncryptionContext)
  return {
    privateKey,
    PrivateKeyCiphertextBlob: blob,
    PublicKey: publicKey,
    KeyId: arn,
    KeyPairSpec,
    KeyMaterialId: materialId,
  }
}
