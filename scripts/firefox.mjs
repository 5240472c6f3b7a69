/** The Firefox of `npm run test:firefox`: the one named in the environment, or the machine's own. None is installed. */
import { accessSync, constants, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

const ENVIRONMENT = 'KMS_FIREFOX'
const COMMANDS = ['firefox-esr', 'firefox']

/**
 * Path of a Firefox that is there; undefined if there is none.
 *
 * @throws if the environment names one that is not there
 */
export function findFirefox() {
  const named = process.env[ENVIRONMENT]
  if (named) {
    if (!isExecutable(named)) throw new Error(`${ENVIRONMENT} names ${named}, which is no executable file.`)
    return named
  }
  return [...onPath(), ...usualPlaces()].find(isExecutable)
}

function onPath() {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const directories = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return COMMANDS.flatMap((command) => directories.map((directory) => join(directory, command + suffix)))
}

function usualPlaces() {
  switch (process.platform) {
    case 'darwin':
      return ['Firefox', 'Firefox Developer Edition', 'Firefox Nightly'].flatMap((name) =>
        ['/Applications', join(homedir(), 'Applications')].map((folder) =>
          join(folder, `${name}.app/Contents/MacOS/firefox`),
        ),
      )
    case 'win32':
      return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']
        .map((name) => process.env[name])
        .filter(Boolean)
        .map((folder) => join(folder, 'Mozilla Firefox/firefox.exe'))
    default:
      return ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/snap/bin/firefox', '/usr/lib/firefox/firefox']
  }
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
