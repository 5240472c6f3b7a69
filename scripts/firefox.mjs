/** The Firefox of `npm run test:firefox`: the one named in the environment, or the machine's own. None is installed. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isExecutable, namedInEnvironment, onPath } from './executables.mjs'

const COMMANDS = ['firefox-esr', 'firefox']

/**
 * Path of a Firefox that is there; undefined if there is none.
 *
 * @throws if the environment names one that is not there
 */
export function findFirefox() {
  return namedInEnvironment('KMS_FIREFOX') ?? [...onPath(COMMANDS), ...usualPlaces()].find(isExecutable)
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
