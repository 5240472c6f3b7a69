import { type KeySpec, openVault } from 'browser-kms'
import { type Contender, callsTo } from './contenders.js'

/** Signing and MAC algorithms that are compared, by key spec. */
const algorithms = {
  HMAC_256: 'HMAC_SHA_256',
  ECC_NIST_P256: 'ECDSA_SHA_256',
  ECC_NIST_EDWARDS25519: 'ED25519_SHA_512',
  RSA_2048: 'RSASSA_PSS_SHA_256',
  ML_DSA_65: 'ML_DSA_SHAKE_256',
  ECC_SECG_P256K1: 'ECDSA_SHA_256',
  HMAC_224: 'HMAC_SHA_224',
} as const
type Spec = keyof typeof algorithms

/** For each key spec a bare worker and the vault, and where the vault keeps the key. */
export async function algorithmContenders(): Promise<
  { readonly spec: Spec; readonly custody: string; readonly bare: Contender; readonly vault: Contender }[]
> {
  const call = callsTo(new Worker(new URL('./bare-algorithms-worker.ts', import.meta.url), { type: 'module' }))
  const vault = await openVault({ name: 'bench-algorithms' })
  return Promise.all(
    (Object.keys(algorithms) as Spec[]).map(async (spec) => {
      const isMac = spec.startsWith('HMAC')
      const { KeyMetadata } = await vault.kms.createKey({
        KeySpec: spec satisfies KeySpec,
        KeyUsage: isMac ? 'GENERATE_VERIFY_MAC' : 'SIGN_VERIFY',
      })
      const { KeyId } = KeyMetadata
      const run = (Message: Uint8Array<ArrayBuffer>): Promise<unknown> =>
        isMac
          ? vault.kms.generateMac({ KeyId, Message, MacAlgorithm: algorithms[spec as 'HMAC_256'] })
          : vault.kms.sign({ KeyId, Message, SigningAlgorithm: algorithms[spec as 'RSA_2048'] })
      return {
        spec,
        custody: await vault.custodyOf(KeyId),
        bare: { name: 'bare', run: (message) => call(spec, message) },
        vault: { name: 'vault', run },
      }
    }),
  )
}
