import { useEffect, useState } from 'react'

/** The pages of the console, each with an address of its own after the `#`. */
export type Route =
  | { readonly page: 'keys' }
  | { readonly page: 'key'; readonly keyId: string }
  | { readonly page: 'files'; readonly keyId: string | undefined }
  | { readonly page: 'recovery' }

/** Addresses for links. */
export const hrefs = {
  keys: '#/keys',
  key: (keyId: string) => `#/keys/${keyId}`,
  files: '#/files',
  filesWithKey: (keyId: string) => `#/files/${keyId}`,
  recovery: '#/recovery',
} as const

/** Reads an address; anything unknown is the list of keys. */
export function parseRoute(hash: string): Route {
  const [, page, keyId] = hash.split('/')
  if (page === 'files') return { page, keyId }
  if (page === 'recovery') return { page }
  return keyId ? { page: 'key', keyId } : { page: 'keys' }
}

/** The page the address bar names. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const follow = () => setHash(location.hash)
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return parseRoute(hash)
}
