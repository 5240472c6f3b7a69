/**
 * The operations on custom key stores, as AWS KMS answers them where there is no store (CKS-16 to CKS-20). There cannot be
 * one: CreateCustomKeyStore is not built.
 */
import { CustomKeyStoreNotFoundException, ValidationException } from '../../src/contract/errors.js'
import type { OperationRows } from '../pipeline/row.js'
import { listPage } from './paging.js'

interface NamesStore {
  readonly CustomKeyStoreId?: string | undefined
  readonly CustomKeyStoreName?: string | undefined
}

/** @throws CustomKeyStoreNotFoundException if a store is named */
export function refuseStore({ CustomKeyStoreId, CustomKeyStoreName }: NamesStore): void {
  const named = CustomKeyStoreId ?? CustomKeyStoreName
  if (named !== undefined) throw new CustomKeyStoreNotFoundException(`There is no custom key store '${named}'.`)
}

const ofNoStore = {
  kind: 'read',
  audited: ['CustomKeyStoreId'],
  rules: ({ input }: { readonly input: NamesStore }) => refuseStore(input),
  execute: async () => ({}),
} as const

export const customKeyStoreRows = {
  ConnectCustomKeyStore: ofNoStore,
  DeleteCustomKeyStore: ofNoStore,
  DisconnectCustomKeyStore: ofNoStore,
  UpdateCustomKeyStore: ofNoStore,

  DescribeCustomKeyStores: {
    kind: 'read',
    audited: ['CustomKeyStoreId', 'CustomKeyStoreName', 'Limit'],
    check: ({ CustomKeyStoreId, CustomKeyStoreName }) => {
      if (CustomKeyStoreId !== undefined && CustomKeyStoreName !== undefined)
        throw new ValidationException('Specify CustomKeyStoreId or CustomKeyStoreName, not both.')
    },
    rules: ({ input }) => refuseStore(input),
    execute: async ({ input }, _targets, { store }) => {
      const { items, ...page } = await listPage(store, 'DescribeCustomKeyStores', input, 100, () => ({ items: [] }))
      return { CustomKeyStores: [...items], ...page }
    },
  },
} satisfies OperationRows
