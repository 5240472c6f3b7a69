/** Opens a vault in a dedicated worker, whose own worker is the HSM. */
import { deleteVault, openVault } from 'browser-kms'

addEventListener('message', async ({ data: name }: MessageEvent<string>) => {
  const vault = await openVault({ name })
  const { KeyMetadata } = await vault.kms.createKey({})
  await vault.close()
  await deleteVault(name)
  postMessage(KeyMetadata.KeyState)
})
