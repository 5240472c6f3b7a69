import {
  callbackOf,
  eitherOf,
  handleOf,
  kindOf,
  oneOf,
  optional,
  type Reader,
  structure,
  unreadableValue,
  wholeNumber,
} from '../../contract/reader.js'

/** How bulk data is encrypted. */
export interface DataWorkersOptions {
  /** How many workers there are at most, 1 to 64; default one less than the processors, 1 to 4. */
  readonly count?: number
  /**
   * Where the file `browser-kms/data-worker.js` is, with what stands beside it in the package: for applications that serve
   * the package's files as they are, and, as a `TrustedScriptURL`, for pages under Trusted Types. Default: as the
   * application's bundler places the file that comes with the package.
   */
  readonly url?: URL | string | TrustedScriptURL
  /** Starts a worker with that file, in place of `url`: for applications that build their own. */
  readonly start?: () => Worker
}

/** A `TrustedScriptURL`, where the type library does not know Trusted Types yet. */
export interface TrustedScriptURL {
  toJSON(): string
}

/** More than any machine that runs a browser has processors to spare. */
const MOST_WORKERS = 64

const urlText = handleOf<string | TrustedScriptURL>(
  'a URL, a text or a TrustedScriptURL',
  (value) => (typeof value === 'string' && value !== '') || kindOf(value) === 'TrustedScriptURL',
)
/** A `URL` could be changed after the call; its text cannot. */
const scriptUrl: Reader<string | TrustedScriptURL> = (value, path) =>
  urlText(kindOf(value) === 'URL' ? String(value) : value, path)

const members = structure({
  count: optional(wholeNumber({ min: 1, max: MOST_WORKERS })),
  url: optional(scriptUrl),
  start: optional(callbackOf<() => Worker>('a function that starts a worker')),
})

const dataWorkersOptions: Reader<DataWorkersOptions> = (value, path) => {
  const options = members(value, path)
  if (options.url !== undefined && options.start)
    throw unreadableValue(path, 'has both url and start: either says where the worker comes from')
  return options
}

/** Reads how data workers are started, or `false` for none. */
export const dataWorkersChoice: Reader<DataWorkersOptions | false> = eitherOf(
  oneOf([false] as const),
  dataWorkersOptions,
)
