/** Dates of policies: the profile of ISO 8601 that the W3C's note on dates describes, or seconds since 1970. */

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/i

export function numberOf(text: string): number {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
}

/** Milliseconds since 1970; NaN of what is no date. A date without a zone is in UTC, wherever the browser is. */
export function dateOf(text: string): number {
  const seconds = numberOf(text)
  if (!Number.isNaN(seconds)) return seconds * 1000
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '0', zone = 'Z'] =
    DATE.exec(text) ?? []
  if (year === undefined) return Number.NaN
  const whole = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
  const time = Date.parse(whole)
  // The 30th of February would become the 2nd of March.
  if (Number.isNaN(time) || new Date(time).toISOString() !== whole) return Number.NaN
  return time + Math.trunc(Number(`0.${fraction}`) * 1000) - offsetOf(zone)
}

function offsetOf(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(zone) ?? []
  if (sign === undefined) return 0
  if (Number(hours) > 23 || Number(minutes) > 59) return Number.NaN
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}
