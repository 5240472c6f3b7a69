const PEM = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/

/** Reads a public key from a file: PEM, or bytes as they are, which the vault looks at. */
export async function readPublicKey(file: File): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await file.slice(0, 16_384).arrayBuffer())
  const body = PEM.exec(new TextDecoder().decode(bytes))?.[1]
  if (body === undefined) return bytes
  return Uint8Array.from(atob(body.replace(/\s/g, '')), (character) => character.charCodeAt(0))
}
