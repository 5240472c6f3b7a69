/** GetPublicKey, and the operations by which two parties come to share a secret. */
import {
  InvalidCiphertextException,
  UnsupportedOperationException,
  ValidationException,
} from '../../src/contract/errors.js'
import { keySpecs } from '../../src/contract/key-specs.js'
import type { Bytes } from '../material/family.js'
import type { OperationRows, Target } from '../pipeline/row.js'
import { byAnyIdentifier } from '../pipeline/targets.js'
import { refuseRecipient } from './encryption.js'
import { ability, checkAlgorithmOf, materialOf } from './key-material.js'
import { algorithmLists } from './key-metadata.js'

export const publicKeyRows = {
  GetPublicKey: {
    kind: 'read',
    audited: ['KeyId'],
    targets: byAnyIdentifier,
    rules: (_request, [target]) => {
      const { key, arn } = target as Target
      if (keySpecs[key.keySpec].type !== 'asymmetric')
        throw new UnsupportedOperationException(`${arn} has no public key: its key spec is ${key.keySpec}.`)
    },
    execute: async (_request, [target], { store }) => {
      const { key, arn } = target as Target
      const { material } = await materialOf(store, key)
      return {
        KeyId: arn,
        PublicKey: material.publicKey as Bytes,
        // The deprecated member repeats the spec; its own enumeration lacks the newer ones (MGT-30).
        CustomerMasterKeySpec: key.keySpec as 'RSA_2048',
        KeySpec: key.keySpec,
        KeyUsage: key.keyUsage,
        ...algorithmLists(key),
      }
    },
  },

  DeriveSharedSecret: {
    kind: 'use',
    usage: 'KEY_AGREEMENT',
    audited: ['KeyId', 'KeyAgreementAlgorithm', 'DryRun'],
    check: refuseRecipient,
    targets: byAnyIdentifier,
    rules: ({ input }, [target]) => checkAlgorithmOf((target as Target).key, input.KeyAgreementAlgorithm),
    execute: async ({ input, custody }, [target], { store }) => {
      const { key, arn } = target as Target
      const { material, family } = await materialOf(store, key)
      const secret = await ability(family, 'agreement').agree(material, input.PublicKey as Bytes, custody.sealer)
      if (!secret)
        throw new ValidationException(
          `PublicKey must be the DER-encoded SubjectPublicKeyInfo of a key of spec ${key.keySpec}.`,
        )
      return {
        KeyId: arn,
        SharedSecret: secret,
        KeyAgreementAlgorithm: input.KeyAgreementAlgorithm,
        KeyOrigin: key.origin,
      }
    },
  },

  Encapsulate: {
    kind: 'use',
    usage: 'ENCAPSULATE_DECAPSULATE',
    audited: ['KeyId', 'EncapsulationAlgorithm', 'DryRun'],
    targets: byAnyIdentifier,
    rules: ({ input }, [target]) => checkAlgorithmOf((target as Target).key, input.EncapsulationAlgorithm),
    execute: async ({ input }, [target], { store }) => {
      const { key, arn } = target as Target
      const { material, family } = await materialOf(store, key)
      const { ciphertext, sharedSecret } = await ability(family, 'encapsulation').encapsulate(material)
      return {
        KeyId: arn,
        SharedSecret: sharedSecret,
        SharedSecretCiphertextBlob: ciphertext,
        EncapsulationAlgorithm: input.EncapsulationAlgorithm,
      }
    },
  },

  Decapsulate: {
    kind: 'use',
    usage: 'ENCAPSULATE_DECAPSULATE',
    audited: ['KeyId', 'EncapsulationAlgorithm', 'DryRun'],
    targets: byAnyIdentifier,
    rules: ({ input }, [target]) => checkAlgorithmOf((target as Target).key, input.EncapsulationAlgorithm),
    execute: async ({ input, custody }, [target], { store }) => {
      const { key, arn } = target as Target
      const { material, family } = await materialOf(store, key)
      const ciphertext = input.SharedSecretCiphertextBlob as Bytes
      const secret = await ability(family, 'encapsulation').decapsulate(material, ciphertext, custody.sealer)
      if (!secret) throw new InvalidCiphertextException(`The ciphertext has not the length of one for ${key.keySpec}.`)
      return { KeyId: arn, SharedSecret: secret, EncapsulationAlgorithm: input.EncapsulationAlgorithm }
    },
  },
} satisfies OperationRows
