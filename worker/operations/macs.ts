/** GenerateMac and VerifyMac (HMAC-3, HMAC-4). */
import { equalInConstantTime } from '../../src/contract/bytes.js'
import { KMSInvalidMacException } from '../../src/contract/errors.js'
import type { Bytes } from '../material/family.js'
import type { CustodyRules, OperationRows, Target } from '../pipeline/row.js'
import { byAnyIdentifier } from '../pipeline/targets.js'
import type { VaultStore } from '../storage/vault-store.js'
import { ability, checkAlgorithmOf, materialOf } from './key-material.js'

export const macRows = {
  GenerateMac: {
    kind: 'use',
    usage: 'GENERATE_VERIFY_MAC',
    audited: ['KeyId', 'MacAlgorithm', 'DryRun'],
    targets: byAnyIdentifier,
    rules: ({ input }, [target]) => checkAlgorithmOf((target as Target).key, input.MacAlgorithm),
    execute: async ({ input, custody }, [target], { store }) => {
      const mac = await macOf(target as Target, input.Message as Bytes, custody, store)
      return { KeyId: (target as Target).arn, Mac: mac, MacAlgorithm: input.MacAlgorithm }
    },
  },

  VerifyMac: {
    kind: 'use',
    usage: 'GENERATE_VERIFY_MAC',
    audited: ['KeyId', 'MacAlgorithm', 'DryRun'],
    targets: byAnyIdentifier,
    rules: ({ input }, [target]) => checkAlgorithmOf((target as Target).key, input.MacAlgorithm),
    execute: async ({ input, custody }, [target], { store }) => {
      const mac = await macOf(target as Target, input.Message as Bytes, custody, store)
      if (!equalInConstantTime(mac, input.Mac as Bytes))
        throw new KMSInvalidMacException('The MAC is not the one of this key over this message.')
      return { KeyId: (target as Target).arn, MacValid: true, MacAlgorithm: input.MacAlgorithm }
    },
  },
} satisfies OperationRows

async function macOf({ key }: Target, message: Bytes, custody: CustodyRules, store: VaultStore): Promise<Bytes> {
  const { material, family } = await materialOf(store, key)
  return ability(family, 'authentication').mac(material, message, custody.sealer)
}
