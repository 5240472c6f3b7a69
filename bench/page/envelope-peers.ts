/** Peers, as their documentation uses them. All run on the calling thread: the page's. */
import {
  type AlgorithmSuiteIdentifier,
  buildClient,
  CommitmentPolicy,
  RawAesKeyringWebCrypto,
  RawAesWrappingSuiteIdentifier,
} from '@aws-crypto/client-browser'
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import sodium from 'libsodium-wrappers'
import { config, createMessage, decrypt, encrypt, enums, readMessage } from 'openpgp'
import { concatenate } from '../../src/contract/bytes.js'
import { drain, KIB, type StreamContender, transforms, type WholeContender } from './envelope-streams.js'

const SECRETSTREAM_CHUNK = 64 * KIB

export async function awsCrypto(name: string, suiteId: number, frameLength: number): Promise<WholeContender> {
  const wrappingSuite = RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING
  const masterKey = await RawAesKeyringWebCrypto.importCryptoKey(new Uint8Array(32).fill(7), wrappingSuite)
  const keyring = new RawAesKeyringWebCrypto({ keyNamespace: 'bench', keyName: 'bench', masterKey, wrappingSuite })
  const client = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
  const options = { suiteId: suiteId as AlgorithmSuiteIdentifier, frameLength }
  return {
    name,
    takes: 'whole',
    encrypt: async (plaintext, sink) => sink((await client.encrypt(keyring, plaintext, options)).result),
    decrypt: async (sealed, sink) => sink((await client.decrypt(keyring, sealed)).plaintext),
  }
}

export async function age(): Promise<StreamContender> {
  const identity = await generateX25519Identity()
  const recipient = await identityToRecipient(identity)
  return {
    name: 'age-encryption',
    takes: 'stream',
    async encrypt(source, sink) {
      const encrypter = new Encrypter()
      encrypter.addRecipient(recipient)
      await drain(await encrypter.encrypt(source), sink)
    },
    async decrypt(source, sink) {
      const decrypter = new Decrypter()
      decrypter.addIdentity(identity)
      await drain(await decrypter.decrypt(source), sink)
    },
  }
}

export async function openpgp(): Promise<StreamContender> {
  const passwords = ['bench']
  const settings = { ...config, aeadProtect: true, preferredAEADAlgorithm: enums.aead.gcm }
  return {
    name: 'openpgp, AEAD (GCM)',
    takes: 'stream',
    async encrypt(source, sink) {
      const message = await createMessage({ binary: source })
      await drain(await encrypt({ message, passwords, format: 'binary', config: settings }), sink)
    },
    async decrypt(source, sink) {
      const message = await readMessage({ binaryMessage: source, config: settings })
      const { data } = await decrypt({ message, passwords, format: 'binary', config: settings })
      await drain(data as ReadableStream<Uint8Array>, sink)
    },
  }
}

export async function secretstream(): Promise<StreamContender> {
  await sodium.ready
  const key = sodium.crypto_secretstream_xchacha20poly1305_keygen()
  const headerLength = sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES
  const sealedLength = SECRETSTREAM_CHUNK + sodium.crypto_secretstream_xchacha20poly1305_ABYTES
  const message = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
  return transforms(
    'libsodium secretstream, 64 KiB',
    () => {
      const { state, header } = sodium.crypto_secretstream_xchacha20poly1305_init_push(key)
      return new TransformStream({
        start: (controller) => controller.enqueue(header),
        transform(chunk, controller) {
          for (let offset = 0; offset < chunk.byteLength; offset += SECRETSTREAM_CHUNK) {
            const piece = chunk.subarray(offset, offset + SECRETSTREAM_CHUNK)
            controller.enqueue(sodium.crypto_secretstream_xchacha20poly1305_push(state, piece, null, message))
          }
        },
      })
    },
    () => {
      let waiting: Uint8Array = new Uint8Array(0)
      let state: ReturnType<typeof sodium.crypto_secretstream_xchacha20poly1305_init_pull> | undefined
      return new TransformStream({
        transform(chunk, controller) {
          waiting = concatenate([waiting, chunk])
          if (state === undefined) {
            state = sodium.crypto_secretstream_xchacha20poly1305_init_pull(waiting.subarray(0, headerLength), key)
            waiting = waiting.subarray(headerLength)
          }
          for (; waiting.byteLength >= sealedLength; waiting = waiting.subarray(sealedLength)) {
            const opened = sodium.crypto_secretstream_xchacha20poly1305_pull(
              state,
              waiting.subarray(0, sealedLength),
              null,
            )
            if (!opened) throw new Error('secretstream: a chunk was changed')
            controller.enqueue(opened.message)
          }
        },
      })
    },
  )
}
