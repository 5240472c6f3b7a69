import { CustomKeyStoreNotFoundException, ValidationException } from '../../src/contract/errors.js'
import type { OperationRows } from '../pipeline/row.js'
import { refuseRecipient } from './encryption.js'

export const randomRows = {
  GenerateRandom: {
    kind: 'use',
    audited: ['NumberOfBytes', 'CustomKeyStoreId'],
    check: (input) => {
      refuseRecipient(input)
      if (input.NumberOfBytes === undefined) throw new ValidationException('NumberOfBytes is required.')
      if (input.CustomKeyStoreId !== undefined)
        throw new CustomKeyStoreNotFoundException(`There is no custom key store '${input.CustomKeyStoreId}'.`)
    },
    execute: async ({ input }) => ({
      Plaintext: crypto.getRandomValues(new Uint8Array(input.NumberOfBytes as number)),
    }),
  },
} satisfies OperationRows
