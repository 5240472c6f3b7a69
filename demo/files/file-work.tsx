import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { removeLeftovers } from '../file-cipher/temporary-files.js'
import type { ChosenFile } from './chosen-file.js'
import { useFileTask } from './use-file-task.js'

type FileWork = ReturnType<typeof useFileTask> & {
  readonly chosen: ChosenFile | undefined
  readonly setChosen: (chosen: ChosenFile | undefined) => void
}

const FileWorkContext = createContext<FileWork | undefined>(undefined)

/** Keeps the chosen file and the work on it while the user looks at other pages of the console. */
export function FileWorkProvider({ children }: { readonly children: ReactNode }) {
  const task = useFileTask()
  const [chosen, setChosen] = useState<ChosenFile>()
  useEffect(() => {
    // A browser without private storage has no leftovers either.
    removeLeftovers().catch(() => {})
  }, [])
  return <FileWorkContext.Provider value={{ ...task, chosen, setChosen }}>{children}</FileWorkContext.Provider>
}

/** The chosen file and the work on it. */
export function useFileWork(): FileWork {
  const work = useContext(FileWorkContext)
  if (!work) throw new Error('useFileWork is for components inside FileWorkProvider')
  return work
}
