import type { Vault } from 'browser-kms'
import KeyDocument from './key-document.js'
import { useAnswer } from './use-answer.js'

/** The key policy document, to read and copy. */
export default function KeyPolicy({ keyId }: { readonly keyId: string }) {
  return <KeyDocument title="Key policy" what="key policy" text={useAnswer(policyOf, keyId)} />
}

async function policyOf(vault: Vault, keyId: string): Promise<string> {
  const { Policy } = await vault.kms.getKeyPolicy({ KeyId: keyId })
  return JSON.stringify(JSON.parse(Policy), undefined, 2)
}
