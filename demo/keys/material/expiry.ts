import type { KeyRecord } from '../../vault/key-facts.js'
import { formatDate } from '../key-names.js'

const DAY = 86_400_000
/** Imported material expires at most this much after its import (IMP-8). */
const LONGEST_LIFE_IN_DAYS = 365

/** When the imported material of a key expires, in words. */
export function expiryWords({ ExpirationModel, ValidTo }: KeyRecord['metadata']): string {
  if (ExpirationModel === 'KEY_MATERIAL_DOES_NOT_EXPIRE') return 'Does not expire'
  return ValidTo ? formatDate(ValidTo) : '-'
}

/** The beginning of a day here, written as year-month-day; undefined for what is no day. */
export function beginningOf(day: string): Date | undefined {
  const date = new Date(`${day}T00:00`)
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(date.getTime()) ? date : undefined
}

/** Whether imported material can expire at a date. */
export function canExpireOn(date: Date, now = Date.now()): boolean {
  return date.getTime() > now && date.getTime() <= now + LONGEST_LIFE_IN_DAYS * DAY
}
