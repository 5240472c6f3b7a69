/** Sign and Verify (ASYM-10). */
import {
  KMSInvalidSignatureException,
  UnsupportedOperationException,
  ValidationException,
} from '../../src/contract/errors.js'
import type { ValidInput } from '../../src/contract/shapes.js'
import { signingAlgorithms } from '../../src/contract/signing-algorithms.js'
import type { Bytes, MessageForm } from '../material/family.js'
import type { OperationRows, Target } from '../pipeline/row.js'
import { byAnyIdentifier } from '../pipeline/targets.js'
import type { KeyRecord } from '../storage/schema.js'
import { ability, checkAlgorithmOf, materialOf } from './key-material.js'

type SigningInput = Pick<ValidInput<'Sign'>, 'Message' | 'MessageType' | 'SigningAlgorithm'>

export const signingRows = {
  Sign: {
    kind: 'use',
    usage: 'SIGN_VERIFY',
    audited: ['KeyId', 'SigningAlgorithm', 'MessageType', 'DryRun'],
    targets: byAnyIdentifier,
    rules: ({ input }, [target]) => {
      checkMessage(input, (target as Target).key)
      checkCanSign(input, (target as Target).key)
    },
    execute: async ({ input, custody }, [target], { store }) => {
      const { key, arn } = target as Target
      const { material, family } = await materialOf(store, key)
      const { SigningAlgorithm, Message, MessageType = 'RAW' } = input
      const signature = await ability(family, 'signing').sign(
        material,
        SigningAlgorithm,
        Message as Bytes,
        MessageType,
        custody.sealer,
      )
      return { KeyId: arn, Signature: signature, SigningAlgorithm }
    },
  },

  Verify: {
    kind: 'use',
    usage: 'SIGN_VERIFY',
    audited: ['KeyId', 'SigningAlgorithm', 'MessageType', 'DryRun'],
    targets: byAnyIdentifier,
    rules: ({ input }, [target]) => checkMessage(input, (target as Target).key),
    execute: async ({ input }, [target], { store }) => {
      const { key, arn } = target as Target
      const { material, family } = await materialOf(store, key)
      const { SigningAlgorithm, Message, MessageType = 'RAW', Signature } = input
      const valid = await ability(family, 'signing').verify(
        material,
        SigningAlgorithm,
        Message as Bytes,
        MessageType,
        Signature as Bytes,
      )
      if (!valid)
        throw new KMSInvalidSignatureException(
          'The signature is not one of this key over this message with this algorithm.',
        )
      return { KeyId: arn, SignatureValid: true, SigningAlgorithm }
    },
  },
} satisfies OperationRows

/** The algorithm must be the key's, the form one of the algorithm's, and the length right. */
function checkMessage({ SigningAlgorithm, Message, MessageType = 'RAW' }: SigningInput, key: KeyRecord): void {
  checkAlgorithmOf(key, SigningAlgorithm)
  const facts = signingAlgorithms[SigningAlgorithm]
  const length = Message.byteLength
  const expected: { readonly [Form in MessageForm]: boolean | number | undefined } = {
    RAW: facts.raw,
    DIGEST: facts.digest,
    EXTERNAL_MU: facts.externalMu,
  }
  const wanted = expected[MessageType]
  if (wanted === undefined || wanted === false)
    throw new ValidationException(`Algorithm ${SigningAlgorithm} does not take messages of MessageType ${MessageType}.`)
  if (typeof wanted === 'number' && length !== wanted)
    throw new ValidationException(`Digest is invalid length for algorithm ${SigningAlgorithm}.`)
}

/** What native material cannot sign: WebCrypto always hashes. */
function checkCanSign({ SigningAlgorithm, MessageType = 'RAW' }: SigningInput, key: KeyRecord): void {
  if (MessageType === 'RAW') return
  if (key.custody === 'native')
    throw new UnsupportedOperationException(
      `This key is native, and the browser's cryptography cannot sign a ${MessageType} with ${SigningAlgorithm}. Sign the message itself (MessageType RAW), or make the key in a vault opened with { digestSigning: true }.`,
    )
}
