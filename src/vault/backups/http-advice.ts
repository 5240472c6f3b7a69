/** What a person can do about an answer of a server that takes no backup. */

/** After the name of the server. Browsers do not tell a page more than that. */
export const UNREACHABLE =
  'could not be reached, or does not let this page in. In the latter case it has to allow this origin (CORS): the methods GET and PUT, the headers Content-Type, If-Match, If-None-Match and those that httpTarget was given, in errors too, and to expose ETag; and the Content Security Policy of this page has to name it in connect-src'

interface Answer {
  /** Whether it goes away by itself, as a rule. */
  readonly isTemporary: boolean
  readonly advice: string
}

const answers: Readonly<Record<number, Answer>> = {
  400: { isTemporary: false, advice: 'it does not understand the request. It may not know conditional PUTs' },
  401: {
    isTemporary: false,
    advice:
      'it does not know who this is. Give httpTarget an Authorization header that is valid, or a function that gives a fresh one; it is not asked again with this one',
  },
  403: {
    isTemporary: false,
    advice: 'these credentials may not do that there. It is not asked again with them',
  },
  404: { isTemporary: false, advice: 'there is no such place. Make the folder or bucket first' },
  405: { isTemporary: false, advice: 'a file cannot be written there. Is it the URL of a file, where PUT is allowed?' },
  408: { isTemporary: true, advice: 'the backup did not arrive in time' },
  409: { isTemporary: false, advice: 'nothing can be written there. Of WebDAV, this means that the folder is missing' },
  413: { isTemporary: false, advice: 'the backup is too large for it. Raise its limit' },
  423: { isTemporary: true, advice: 'somebody has locked the file' },
  425: { isTemporary: true, advice: 'it wants to be asked again' },
  428: { isTemporary: false, advice: 'it wants another condition than If-Match' },
  429: { isTemporary: true, advice: 'there were too many requests' },
  501: { isTemporary: false, advice: 'it cannot do that. It may not know conditional PUTs' },
  507: { isTemporary: false, advice: 'it has no room. Make some' },
}

const serverFault: Answer = { isTemporary: true, advice: 'it has a trouble of its own' }
const requestFault: Answer = { isTemporary: false, advice: 'it refuses the request' }

function answerOf(status: number): Answer {
  return answers[status] ?? (status >= 500 ? serverFault : requestFault)
}

export function adviceOn(status: number): string {
  return answerOf(status).advice
}

export function isTemporaryStatus(status: number): boolean {
  return answerOf(status).isTemporary
}
