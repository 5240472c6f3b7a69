/** IP addresses and networks (RFC 4632, RFC 4291), as the operators for addresses compare them. */

/** An address as a number, and how many bits it has. */
interface Address {
  readonly value: bigint
  readonly bits: 32 | 128
}

/** Whether an address is in a network. */
export type Network = (address: string) => boolean

/**
 * The network that a text names, such as `203.0.113.0/24` or `2001:db8::/32`; an address is a network of one.
 *
 * @returns undefined if it names none
 */
export function networkOf(text: string): Network | undefined {
  const [, name = '', length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const network = addressOf(name)
  if (!network || Number(length ?? 0) > network.bits) return undefined
  const ignored = BigInt(network.bits - Number(length ?? network.bits))
  return (candidate) => {
    const address = addressOf(candidate)
    return address?.bits === network.bits && address.value >> ignored === network.value >> ignored
  }
}

function addressOf(text: string): Address | undefined {
  if (!text.includes(':')) {
    const value = numberOf(text.split('.'), 4, /^(?:0|[1-9]\d{0,2})$/, 10, 8n)
    return value === undefined ? undefined : { value, bits: 32 }
  }
  const halves = text.split('::')
  const [front, back] = halves.map((half) => (half === '' ? [] : half.split(':')))
  if (!front || halves.length > 2) return undefined
  const missing = back ? 8 - front.length - back.length : 0
  if (back && missing < 1) return undefined
  const groups = [...front, ...Array<string>(missing).fill('0'), ...(back ?? [])]
  const value = numberOf(groups, 8, /^[\da-f]{1,4}$/i, 16, 16n)
  return value === undefined ? undefined : { value, bits: 128 }
}

function numberOf(
  groups: readonly string[],
  count: number,
  form: RegExp,
  base: 10 | 16,
  bits: bigint,
): bigint | undefined {
  if (groups.length !== count || !groups.every((group) => form.test(group))) return undefined
  const numbers = groups.map((group) => BigInt(Number.parseInt(group, base)))
  if (numbers.some((number) => number >> bits > 0n)) return undefined
  return numbers.reduce((value, number) => (value << bits) | number, 0n)
}
