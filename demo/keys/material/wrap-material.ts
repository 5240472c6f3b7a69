/** What a caller of ImportKeyMaterial does outside AWS KMS: wrapping key material for the vault (IMP-6). */
import type { KeySpec, KmsClient, OperationInput } from 'browser-kms'

type Bytes = Uint8Array<ArrayBuffer>
type ImportInput = OperationInput<'ImportKeyMaterial'>

/** What an import asks for, apart from the material. */
export type ImportTerms = Pick<ImportInput, 'ExpirationModel' | 'ValidTo' | 'ImportType' | 'KeyMaterialDescription'>

const WRAPPING_KEY_SPEC = 'RSA_3072'
/** Bytes that one block of RSA-OAEP with SHA-256 takes under a key of 3072 bits. */
const OAEP_CAPACITY = 318

/**
 * Imports material into a key: gets the public key and the token for it, wraps the material and sends it. The caller
 * wipes the bytes.
 */
export async function importWrapped(
  kms: KmsClient,
  { keyId, spec }: { readonly keyId: string; readonly spec: KeySpec },
  material: Bytes,
  terms: ImportTerms,
): Promise<void> {
  const isLong = spec.startsWith('RSA') || material.byteLength > OAEP_CAPACITY
  const { ImportToken, PublicKey } = await kms.getParametersForImport({
    KeyId: keyId,
    WrappingAlgorithm: isLong ? 'RSA_AES_KEY_WRAP_SHA_256' : 'RSAES_OAEP_SHA_256',
    WrappingKeySpec: WRAPPING_KEY_SPEC,
  })
  const publicKey = await importPublicKey(new Uint8Array(PublicKey ?? []))
  const wrapped = isLong ? await wrapLong(publicKey, material) : await wrapShort(publicKey, material)
  await kms.importKeyMaterial({ KeyId: keyId, ImportToken, EncryptedKeyMaterial: wrapped, ...terms })
}

function importPublicKey(spki: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey('spki', spki, { name: 'RSA-OAEP', hash: 'SHA-256' }, false, ['encrypt'])
}

async function wrapShort(publicKey: CryptoKey, material: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.encrypt({ name: 'RSA-OAEP' }, publicKey, material))
}

/** An AES key of this one import by RSA-OAEP, and the material under the AES key (RFC 5649, which WebCrypto lacks). */
async function wrapLong(publicKey: CryptoKey, material: Bytes): Promise<Bytes> {
  const { aeskwp } = await import('@noble/ciphers/aes.js')
  const ephemeral = crypto.getRandomValues(new Uint8Array(32))
  try {
    const first = await wrapShort(publicKey, ephemeral)
    return Uint8Array.from([...first, ...aeskwp(ephemeral).encrypt(material)])
  } finally {
    ephemeral.fill(0)
  }
}
