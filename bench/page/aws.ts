import { EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { openVault } from 'browser-kms'
import { createRequestHandler, handleAwsJson } from 'browser-kms/aws'
import type { Contender } from './contenders.js'

/**
 * Ways to have the same key of the same vault encrypt: `vault.kms`, the adapter alone, and the AWS SDK with the adapter
 * and without, to tell what the adapter costs from what the SDK does by itself.
 */
export async function awsContenders(): Promise<Contender[]> {
  const vault = await openVault({ name: 'bench' })
  const { KeyMetadata } = await vault.kms.createKey()
  const { KeyId } = KeyMetadata
  const config = { region: 'browser-local-1', credentials: { accessKeyId: 'any', secretAccessKey: 'any' } }
  const requestHandler = createRequestHandler(vault)
  const client = new KMSClient({ ...config, requestHandler })
  const wire = encryptRequest()
  const answered = await requestHandler.handle({ ...wire, body: encryptBody(KeyId, new Uint8Array(1024)) })
  let plaintext = new Uint8Array(1024)
  const withoutAdapter = {
    ...requestHandler,
    handle: async () => {
      await vault.kms.encrypt({ KeyId, Plaintext: plaintext })
      return answered
    },
  }
  const bareClient = new KMSClient({ ...config, requestHandler: withoutAdapter })
  return [
    { name: 'kms', run: (Plaintext) => vault.kms.encrypt({ KeyId, Plaintext }) },
    { name: 'json', run: (bytes) => handleAwsJson(vault, { ...wire, body: encryptBody(KeyId, bytes) }) },
    { name: 'sdk', run: (Plaintext) => client.send(new EncryptCommand({ KeyId, Plaintext })) },
    {
      name: 'sdkWithoutAdapter',
      run: (Plaintext) => {
        plaintext = Plaintext
        return bareClient.send(new EncryptCommand({ KeyId, Plaintext }))
      },
    },
  ]
}

/** A request as the SDK makes it, but for its body. */
function encryptRequest() {
  const scope = 'AKIDEXAMPLE/20260101/browser-local-1/kms/aws4_request'
  return {
    method: 'POST',
    hostname: 'kms.browser-local-1.amazonaws.com',
    path: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'TrentService.Encrypt',
      'x-amz-date': '20260101T000000Z',
      'x-amz-content-sha256': '0'.repeat(64),
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    },
  }
}

let written: { readonly bytes: Uint8Array; readonly body: string } | undefined

/** Made once for the same bytes: that is the client's work. */
function encryptBody(KeyId: string, bytes: Uint8Array): string {
  if (written?.bytes !== bytes) written = { bytes, body: JSON.stringify({ KeyId, Plaintext: base64Of(bytes) }) }
  return written.body
}

function base64Of(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
