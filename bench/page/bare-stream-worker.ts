/** The floor of streams: a worker that answers each chunk with one bare AES-GCM call. Both ways, buffers are moved. */
const contentKey = crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
const nonce = new Uint8Array(12)

addEventListener('message', async ({ data: [way, chunk] }: MessageEvent<['encrypt' | 'decrypt', ArrayBuffer]>) => {
  const result = await crypto.subtle[way]({ name: 'AES-GCM', iv: nonce }, await contentKey, chunk)
  postMessage(result, { transfer: [result] })
})
