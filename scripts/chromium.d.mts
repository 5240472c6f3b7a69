export function chromiumArguments(): string[]
export function findChromium(): string | undefined
export function ensureChromium(): string
