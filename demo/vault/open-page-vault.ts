import { openVault } from 'browser-kms'
import { createHsm, dataWorkers } from '../trusted-scripts.js'
import { KeyDirectory } from './key-directory.js'
import { ACCOUNT_ID, REGION } from './own-account.js'
import type { OpenVault } from './vault-context.js'
import { currentVault } from './vault-names.js'

let opening: Promise<OpenVault> | undefined

/** The page's vault; opened once, however often it is asked for. */
export function openPageVault(): Promise<OpenVault> {
  opening ??= open(false)
  return opening
}

/** The page's vault anew and empty, where the browser has lost it. */
export function openVaultAnew(): Promise<OpenVault> {
  opening = open(true)
  return opening
}

async function open(create: boolean): Promise<OpenVault> {
  const vault = await openVault({
    name: currentVault(),
    accountId: ACCOUNT_ID,
    region: REGION,
    worker: createHsm(),
    dataWorkers,
    create,
  })
  const directory = new KeyDirectory(vault)
  void directory.refresh()
  return { vault, directory }
}
