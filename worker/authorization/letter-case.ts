/**
 * A name as it is compared where case does not matter: with the letters A to Z in lower case, and no others. (Unicode also
 * knows a Kelvin sign, U+212A, whose lower case is `k`: another character, by which a name must not become ours.)
 */
export function withoutCase(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
