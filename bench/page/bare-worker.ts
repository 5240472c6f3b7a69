/** The floor: a worker that answers one `postMessage` per call with `crypto.subtle.encrypt`. Nothing else. */
const key = crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])

addEventListener('message', async ({ data: [id, plaintext] }: MessageEvent<[number, Uint8Array<ArrayBuffer>]>) => {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const ciphertext = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await key, plaintext)
  postMessage([id, new Uint8Array(ciphertext)])
})
