import { openVault } from 'browser-kms'
import { createHsm, dataWorkers } from '../trusted-scripts.js'
import { KeyDirectory } from './key-directory.js'
import { ACCOUNT_ID, REGION } from './own-account.js'
import type { OpenVault } from './vault-context.js'

let opening: Promise<OpenVault> | undefined

/** The page's vault; opened once, however often it is asked for. */
export function openPageVault(): Promise<OpenVault> {
  opening ??= open()
  return opening
}

async function open(): Promise<OpenVault> {
  const vault = await openVault({ accountId: ACCOUNT_ID, region: REGION, worker: createHsm(), dataWorkers })
  const directory = new KeyDirectory(vault)
  void directory.refresh()
  return { vault, directory }
}
