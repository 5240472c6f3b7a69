/** Finds programs on the machine. */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * The program that one of some environment variables names, if any is set.
 *
 * @throws if it is not there
 */
export function namedInEnvironment(...variables) {
  const name = variables.find((variable) => process.env[variable])
  const path = name && process.env[name]
  if (path && !isExecutable(path)) throw new Error(`${name} names ${path}, which is no executable file.`)
  return path
}

/** Where commands could be on the PATH. */
export function onPath(commands) {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const directories = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return commands.flatMap((command) => directories.map((directory) => join(directory, command + suffix)))
}

export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
