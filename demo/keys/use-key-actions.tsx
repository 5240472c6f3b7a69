import type { ButtonDropdownProps } from '@cloudscape-design/components/button-dropdown'
import { useNotices } from '../notices/notices.js'
import type { KeyRecord } from '../vault/key-facts.js'
import { kmsFor } from '../vault/key-region.js'
import { useVault } from '../vault/vault-context.js'
import { canScheduleDeletion, keyActions } from './key-actions.js'
import { keyName } from './key-names.js'

/** The entries of the "Key actions" menu for the chosen keys, and what to do when one is clicked. */
export function useKeyActions(keys: readonly KeyRecord[], onScheduleDeletion: () => void) {
  const { vault, directory } = useVault()
  const notices = useNotices()

  const items: ButtonDropdownProps.Items = [
    ...keyActions.map(({ id, text, applies }) => entry(id, text, keys.length > 0 && keys.every(applies))),
    entry('scheduleDeletion', 'Schedule key deletion', keys.length > 0 && keys.every(canScheduleDeletion)),
  ]

  const perform = async (id: string): Promise<void> => {
    if (id === 'scheduleDeletion') return onScheduleDeletion()
    const action = keyActions.find((candidate) => candidate.id === id)
    if (!action) return
    const [first] = keys
    const names = keys.length === 1 && first ? `key ${keyName(first)}` : `${keys.length} keys`
    await notices.run(
      () => Promise.all(keys.map((key) => action.perform(kmsFor(vault, key), key.keyId))),
      action.done(names),
    )
    await directory.settled()
  }

  return { items, perform }
}

function entry(id: string, text: string, enabled: boolean): ButtonDropdownProps.Item {
  return enabled
    ? { id, text }
    : { id, text, disabled: true, disabledReason: 'Not possible in the state of the chosen keys.' }
}
