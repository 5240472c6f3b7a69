/**
 * Why a worker has not started. Browsers tell only that it has not: the rest is found out by asking for its file again,
 * once, and from the page's own origin alone.
 */

/** Milliseconds that a server has to answer for the file. */
const ANSWER_TIMEOUT = 3_000

/**
 * @param url of the file, if it is known
 * @param event of the worker
 * @param violations of the page's Content-Security-Policy meanwhile
 * @returns a reason, to stand behind a colon
 */
export async function whyNotStarted(
  url: string | undefined,
  event: ErrorEvent,
  violations: readonly SecurityPolicyViolationEvent[],
): Promise<string> {
  // What the file itself threw comes with a message; a file that was not loaded, without one.
  if (event.message) return `${url ?? event.filename ?? 'its file'} has failed: ${event.message}`
  const violation = violations.find(({ blockedURI, effectiveDirective }) =>
    url === undefined ? effectiveDirective === 'worker-src' : isSame(blockedURI, url),
  )
  if (violation)
    return `the Content-Security-Policy of the page (${violation.effectiveDirective}) does not allow ${violation.blockedURI}`
  if (url === undefined)
    return 'its file could not be loaded. The network panel of the developer tools shows its address and the answer to it; it may be missing, served with another type than text/javascript, or refused by the Content-Security-Policy'
  if (new URL(url).origin !== location.origin) return `${url} is of another origin than the page`
  return `${url} ${await answerOf(url)}`
}

async function answerOf(url: string): Promise<string> {
  let response: Response
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT) })
    await response.body?.cancel()
  } catch {
    return navigator.onLine
      ? 'cannot be reached, or is not allowed by the Content-Security-Policy of the page (worker-src)'
      : 'cannot be reached: the browser is offline'
  }
  const type = response.headers.get('Content-Type') ?? 'no type'
  if (!response.ok) return `answers ${response.status}`
  if (!/^(?:text|application)\/(?:x-)?(?:java|ecma)script\b/i.test(type))
    return `is served as ${type}, and must be text/javascript: it may be another file, such as the page for addresses that do not exist`
  return 'is there, but cannot run as a module worker: something that it imports may be missing'
}

/** A policy's report leaves out what stands behind `#`. */
function isSame(blocked: string, url: string): boolean {
  return blocked.split('#')[0] === url.split('#')[0]
}
