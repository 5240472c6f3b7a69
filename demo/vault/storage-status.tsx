import StatusIndicator from '@cloudscape-design/components/status-indicator'
import { useEffect, useState } from 'react'
import { useVault } from './vault-context.js'

/** Whether the browser promised to keep the vault when its disk fills up. */
export default function StorageStatus() {
  const { vault } = useVault()
  const [persisted, setPersisted] = useState<boolean>()
  useEffect(() => {
    let current = true
    vault.persisted.then(
      (promised) => current && setPersisted(promised),
      () => current && setPersisted(false),
    )
    return () => {
      current = false
    }
  }, [vault])
  if (persisted === undefined) return <StatusIndicator type="loading">Asking the browser</StatusIndicator>
  return persisted ? (
    <StatusIndicator type="success">Kept until you clear it</StatusIndicator>
  ) : (
    <StatusIndicator type="info">May be cleared when the disk is full</StatusIndicator>
  )
}
