/** What AWS refuses before a request reaches KMS: no operation of the API, or no readable input. */
export class Refusal extends Error {
  override readonly name: RefusalName
  readonly statusCode: number

  /** @param message empty where AWS sends none */
  constructor(name: RefusalName, message = '', statusCode: number = refusals[name]) {
    super(message)
    this.name = name
    this.statusCode = statusCode
  }
}

/** Errors that every AWS JSON service has in common, and their HTTP status. */
const refusals = {
  InvalidSignatureException: 400,
  RequestEntityTooLargeException: 413,
  SerializationException: 400,
  UnknownOperationException: 400,
} as const

type RefusalName = keyof typeof refusals

/** For a value that is not of the type that a member has. */
export function unserializable(message?: string): Refusal {
  return new Refusal('SerializationException', message)
}
