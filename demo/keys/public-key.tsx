import Button from '@cloudscape-design/components/button'
import type { Vault } from 'browser-kms'
import type { KeyRecord } from '../vault/key-facts.js'
import KeyDocument from './key-document.js'
import { keyName } from './key-names.js'
import { useAnswer } from './use-answer.js'

/** The public half of an asymmetric key as PEM, to read, copy and download. */
export default function PublicKey({ record }: { readonly record: KeyRecord }) {
  const pem = useAnswer(publicKeyOf, record.keyId)
  return (
    <KeyDocument
      title="Public key"
      description="Not a secret: others need it to encrypt for you, to verify your signatures or to agree on a secret with you."
      what="public key"
      text={pem}
      actions={
        <Button
          iconName="download"
          href={`data:application/x-pem-file,${encodeURIComponent(pem.answer ?? '')}`}
          download={`${keyName(record).replaceAll('/', '-')}.pem`}
        >
          Download
        </Button>
      }
    />
  )
}

async function publicKeyOf(vault: Vault, keyId: string): Promise<string> {
  const { PublicKey: der } = await vault.kms.getPublicKey({ KeyId: keyId })
  return printPem(der)
}

/** A DER public key (SubjectPublicKeyInfo) in the textual encoding of RFC 7468. */
function printPem(der: Uint8Array): string {
  const lines = btoa(String.fromCharCode(...der)).match(/.{1,64}/g) ?? []
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n')
}
