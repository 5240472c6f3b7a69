/** An Ethereum account whose key is in the vault: a popular KMS signer for ethers, on the client of the AWS SDK. */
import { KMSSigner } from '@rumblefishdev/eth-signer-kms'
import { JsonRpcProvider, Network, Transaction, verifyMessage, verifyTypedData } from 'ethers'
import { beforeAll, describe, expect, test } from 'vitest'
import { sharedVault } from '../fixtures/vault.js'
import { newAwsKey, sdkClient } from './fixtures.js'

// Ethereum signs Keccak digests, which WebCrypto cannot.
const opened = sharedVault({ digestSigning: true })
let signer: KMSSigner

beforeAll(async () => {
  const aws = sdkClient(opened.vault)
  const { KeyId } = await newAwsKey(aws, { KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' })
  // Nothing is sent: a signer has to have a provider.
  const provider = new JsonRpcProvider('http://localhost:1', 1, { staticNetwork: Network.from(1) })
  signer = await KMSSigner.create(provider, KeyId, aws)
})

describe('an Ethereum account', () => {
  test('has the address of its public key', () => {
    expect(signer.address).toMatch(/^0x[0-9a-fA-F]{40}$/)
  })

  test('signs messages (EIP-191)', async () => {
    for (const message of ['a message', '', 'ä'])
      expect(verifyMessage(message, await signer.signMessage(message))).toBe(signer.address)
  })

  test('signs typed data (EIP-712)', async () => {
    const domain = { name: 'notes', version: '1', chainId: 1 }
    const types = { Note: [{ name: 'text', type: 'string' }] }
    const value = { text: 'a note' }
    const signature = await signer.signTypedData(domain, types, value)
    expect(verifyTypedData(domain, types, value, signature)).toBe(signer.address)
  })

  test('signs transactions', async () => {
    const to = '0x000000000000000000000000000000000000dEaD'
    const transaction = {
      to,
      value: 1n,
      nonce: 0,
      gasLimit: 21_000n,
      maxFeePerGas: 1n,
      maxPriorityFeePerGas: 1n,
      chainId: 1,
      type: 2,
    }
    const { from, to: recipient, value } = Transaction.from(await signer.signTransaction(transaction))
    expect({ from, recipient, value }).toEqual({ from: signer.address, recipient: to, value: 1n })
  })
})
