/** Systems by what browsers say of themselves: a word for people, on which nothing depends. */
const systems: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android device'],
  [/Mac OS X|Macintosh/, 'Mac'],
  [/Windows/, 'Windows computer'],
  [/CrOS/, 'Chromebook'],
  [/Linux/, 'Linux computer'],
]

/** What a passkey that is made here is called, until it is renamed. */
export function deviceLabel(): string {
  const system = systems.find(([pattern]) => pattern.test(navigator.userAgent))
  return `Made on this ${system?.[1] ?? 'device'}`
}
