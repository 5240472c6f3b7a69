import { useState } from 'react'
import type { Gesture, ProtectorType } from './recovery-facts.js'

/** A protector that a person may use. */
export interface OfferedProtector {
  readonly id?: string
  readonly type: ProtectorType
  readonly label: string
}

/** What a person has entered so far. */
export interface Given {
  readonly type: ProtectorType
  readonly passphrase: string
  readonly recoveryCode: string
  readonly answer: File | undefined
}

/** No answer is longer. */
const LONGEST_ANSWER = 4096

const nothing: Given = { type: 'passphrase', passphrase: '', recoveryCode: '', answer: undefined }

/**
 * What a person enters to open a vault. Texts cannot be wiped in JavaScript; they go with the form.
 *
 * `read` gives the gesture, or shows what is missing and gives nothing.
 */
export function useGesture(protectors: readonly OfferedProtector[]) {
  const [entered, setEntered] = useState<Given>()
  const [problem, setProblem] = useState<string>()
  const given = entered ?? { ...nothing, type: protectors[0]?.type ?? 'passphrase' }

  const change = (next: Given) => {
    setProblem(undefined)
    setEntered(next)
  }
  const read = async (): Promise<Gesture | undefined> => {
    const result = await gestureOf(given)
    if ('problem' in result) {
      setProblem(result.problem)
      return undefined
    }
    return result
  }
  /** Shows what is wrong with a code that was mistyped, which is no failure; other errors are the caller's. */
  const refuse = (error: unknown): boolean => {
    const isMistyped = given.type === 'recoveryCode' && error instanceof Error && error.name === 'ValidationException'
    if (isMistyped) setProblem(error.message)
    return isMistyped
  }
  return { given, problem, change, read, refuse }
}

async function gestureOf(given: Given): Promise<Gesture | { readonly problem: string }> {
  switch (given.type) {
    case 'passphrase':
      return given.passphrase === '' ? { problem: 'Enter the passphrase.' } : { passphrase: given.passphrase }
    case 'recoveryCode':
      return given.recoveryCode.trim() === ''
        ? { problem: 'Enter the recovery code.' }
        : { recoveryCode: given.recoveryCode }
    case 'passkey':
      return { passkey: true }
    case 'escrow':
      return given.answer && given.answer.size <= LONGEST_ANSWER
        ? { escrow: new Uint8Array(await given.answer.arrayBuffer()) }
        : { problem: 'Choose the file with the answer.' }
  }
}
