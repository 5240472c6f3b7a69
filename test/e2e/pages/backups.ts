/** A page that keeps backups of its vault, and writes down what it is told. */
import { openVault } from 'browser-kms'
import { fileTarget, httpTarget } from 'browser-kms/recovery'

export interface KeptPage {
  readonly vault: Awaited<ReturnType<typeof openVault>>
  readonly kept: Awaited<ReturnType<KeptPage['vault']['backups']['keepAt']>>
  /** States, and what errors say. */
  readonly news: { readonly state: string; readonly target: string; readonly message: string }[]
}

interface Wanted {
  readonly name: string
  /** Where to: a URL, or the name of a file of the Origin Private File System. */
  readonly url?: string
  readonly file?: string
  readonly every?: number
  readonly create?: boolean
}

export async function keepBackups({ name, url, file, every = 1, create = false }: Wanted): Promise<KeptPage> {
  const vault = await openVault({ name, create })
  const news: { state: string; target: string; message: string }[] = []
  vault.addEventListener('backup', ({ detail: { state, target, error } }) =>
    news.push({ state, target, message: error instanceof Error ? error.message : '' }),
  )
  if ((await vault.recovery.status()).state === 'none') await vault.recovery.setUp([{ type: 'recoveryCode' }])
  const target = url === undefined ? fileTarget(await privateFile(file ?? 'backup')) : httpTarget(url)
  const kept = await vault.backups.keepAt(target, { every })
  return { vault, kept, news }
}

export async function privateFile(name: string): Promise<FileSystemFileHandle> {
  const directory = await navigator.storage.getDirectory()
  return directory.getFileHandle(name, { create: true })
}
