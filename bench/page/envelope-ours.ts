import { openVault } from 'browser-kms'
import {
  buildClient,
  type ClientOptions,
  type Keyring,
  KmsKeyring,
  RawAesKeyring,
  type SuiteId,
} from 'browser-kms/envelope'
import { type StreamContender, transforms } from './envelope-streams.js'

export const UNSIGNED = 0x0478
export const SIGNED = 0x0578

export interface OursOptions {
  readonly suiteId: SuiteId
  readonly frameLength: number
  readonly dataWorkers: NonNullable<ClientOptions['dataWorkers']>
  /** Default: data keys under an AES key of the page. */
  readonly keyring?: Keyring
}

export interface OurStreams {
  encryptStream(): TransformStream<Uint8Array, Uint8Array>
  decryptStream(): TransformStream<Uint8Array, Uint8Array>
}

export async function ourStreams(options: OursOptions): Promise<OurStreams> {
  const { suiteId, frameLength, dataWorkers, keyring = await rawAesKeyring() } = options
  const client = buildClient({ dataWorkers })
  return {
    encryptStream: () => client.encryptStream(keyring, { suiteId, frameLength }),
    decryptStream: () => client.decryptStream(keyring, { allowSigned: suiteId === SIGNED }),
  }
}

export async function ours(name: string, options: OursOptions): Promise<StreamContender> {
  const { encryptStream, decryptStream } = await ourStreams(options)
  return transforms(name, encryptStream, decryptStream)
}

async function rawAesKeyring(): Promise<Keyring> {
  const wrappingKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  return new RawAesKeyring({ keyNamespace: 'bench', keyName: 'bench', wrappingKey })
}

export async function vaultKeyring(): Promise<Keyring> {
  const { kms } = await openVault({ name: 'bench-envelope' })
  const { KeyMetadata } = await kms.createKey()
  return new KmsKeyring({ client: kms, generatorKeyId: KeyMetadata.Arn as string })
}
