import { CHUNK_LENGTH, ChunkCutter, chunkParameters } from './chunks.js'
import { FileCipherError } from './file-cipher-error.js'

/**
 * Turns a file's bytes into an encrypted file: the header, then the sealed chunks.
 *
 * @param plaintextLength what the header says; a source that yields more or less ends the stream with `SourceChanged`
 */
export function sealStream(
  dataKey: CryptoKey,
  header: Uint8Array<ArrayBuffer>,
  plaintextLength: number,
): TransformStream<Uint8Array, Uint8Array> {
  const cutter = new ChunkCutter(CHUNK_LENGTH)
  let counter = 0
  let length = 0
  const seal = async (chunk: Uint8Array<ArrayBuffer>, final: boolean) =>
    new Uint8Array(await crypto.subtle.encrypt(chunkParameters(counter++, final, header), dataKey, chunk))
  return new TransformStream({
    start(controller) {
      controller.enqueue(header)
    },
    async transform(bytes, controller) {
      length += bytes.length
      for (const chunk of cutter.push(bytes)) controller.enqueue(await seal(chunk, false))
    },
    async flush(controller) {
      if (length !== plaintextLength)
        throw new FileCipherError('SourceChanged', 'The file changed while it was being read.')
      controller.enqueue(await seal(cutter.final(), true))
      cutter.wipe()
    },
  })
}
