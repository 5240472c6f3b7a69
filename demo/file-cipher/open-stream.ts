import { CHUNK_LENGTH, ChunkCutter, chunkParameters, TAG_LENGTH } from './chunks.js'
import { FileCipherError } from './file-cipher-error.js'

/**
 * Turns the sealed chunks of an encrypted file back into the file's bytes. What it gives out is authentic, but it is
 * the whole file only when the stream ends without an error: a consumer must throw away what it got otherwise.
 *
 * The stream fails with {@link FileCipherError} `AuthenticationFailed` at the first chunk that is not as it was sealed.
 */
export function openStream(
  dataKey: CryptoKey,
  header: Uint8Array<ArrayBuffer>,
): TransformStream<Uint8Array, Uint8Array> {
  const cutter = new ChunkCutter(CHUNK_LENGTH + TAG_LENGTH)
  let counter = 0
  const open = async (chunk: Uint8Array<ArrayBuffer>, final: boolean) => {
    const number = counter++
    try {
      return new Uint8Array(await crypto.subtle.decrypt(chunkParameters(number, final, header), dataKey, chunk))
    } catch {
      const place = final ? 'the last part' : `part ${number + 1}`
      throw new FileCipherError('AuthenticationFailed', `The file has been changed: ${place} does not match its seal.`)
    }
  }
  return new TransformStream({
    async transform(bytes, controller) {
      for (const chunk of cutter.push(bytes)) controller.enqueue(await open(chunk, false))
    },
    async flush(controller) {
      const last = await open(cutter.final(), true)
      if (last.length > 0) controller.enqueue(last)
    },
  })
}
