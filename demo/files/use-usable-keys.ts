import { useEffect, useMemo, useState } from 'react'
import { encryptsFiles } from '../keys/key-kinds.js'
import { nameFilter } from '../keys/sort-and-filter.js'
import { isDescribed, type KeyRecord, type ListedKey } from '../vault/key-facts.js'
import { useKeys, useSeen } from '../vault/vault-context.js'

/** Keys that are shown at a time. */
const STEP = 50

interface UsableKeys {
  /** In the order of their names, as many as were asked for so far. */
  readonly keys: readonly KeyRecord[]
  /** `loading`: looking for more; `pending`: there may be more, to be asked for; `finished`: these are all. */
  readonly status: 'loading' | 'pending' | 'finished'
  readonly more: () => void
}

/** Whether a file can be encrypted with a key now. */
export function isUsable(key: ListedKey): key is KeyRecord {
  return isDescribed(key) && encryptsFiles(key) && key.metadata.KeyState === 'Enabled'
}

/**
 * The keys that encrypt files and have a text in their names. Which keys do, only their descriptions tell: they are asked
 * for no further than the list is shown.
 */
export function useUsableKeys(text: string): UsableKeys {
  const { status, keys } = useKeys()
  const candidates = useMemo(() => (text.trim() === '' ? keys : keys.filter(nameFilter(text))), [keys, text])
  const [wanted, setWanted] = useState(STEP)
  const [depth, setDepth] = useState(STEP)
  const seen = candidates.slice(0, depth)
  useSeen(seen.map(({ keyId }) => keyId))

  const usable = seen.filter(isUsable)
  const isDone = status !== 'loading' && seen.every(isDescribed)
  const isEnd = isDone && depth >= candidates.length
  const isShort = isDone && !isEnd && usable.length < wanted
  useEffect(() => {
    // Among keys of other kinds the next one may be far: each look goes twice as deep.
    if (isShort) setDepth(depth * 2)
  }, [isShort, depth])

  return {
    keys: usable.slice(0, wanted),
    status: isEnd && usable.length <= wanted ? 'finished' : isDone && !isShort ? 'pending' : 'loading',
    more: () => setWanted(wanted + STEP),
  }
}
