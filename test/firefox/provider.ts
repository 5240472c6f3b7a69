/**
 * A Vitest browser provider for the machine's own Firefox, which Playwright cannot drive: puppeteer does, by WebDriver
 * BiDi. The tests use nothing of a provider but its page, so a page is all that it has.
 */
import { playwright } from '@vitest/browser-playwright'
import { type Browser, launch, type Page } from 'puppeteer-core'
import type { BrowserProvider, BrowserProviderOption } from 'vitest/node'

export function firefox(executablePath: string): BrowserProviderOption {
  return {
    name: 'firefox',
    supportedBrowser: ['firefox'],
    options: {},
    providerFactory: () => new FirefoxProvider(executablePath),
    // The server of @vitest/browser, which every provider has; that package is no dependency of ours by itself.
    serverFactory: playwright().serverFactory,
  }
}

class FirefoxProvider implements BrowserProvider {
  readonly name = 'firefox'
  readonly supportsParallelism = false
  readonly #executablePath: string
  readonly #pages = new Map<string, Page>()
  #browser: Promise<Browser> | undefined

  constructor(executablePath: string) {
    this.#executablePath = executablePath
  }

  async openPage(session: string, url: string): Promise<void> {
    // A new profile, with Firefox's own settings: what prompts a user there prompts here, and nobody answers.
    this.#browser ??= launch({ browser: 'firefox', executablePath: this.#executablePath, headless: true })
    const browser = await this.#browser
    await this.#pages.get(session)?.close()
    const page = await browser.newPage()
    this.#pages.set(session, page)
    await page.goto(url, { timeout: 0 })
  }

  getCommandsContext(session: string): Record<string, unknown> {
    return { page: this.#pages.get(session) }
  }

  async close(): Promise<void> {
    const browser = this.#browser
    this.#browser = undefined
    this.#pages.clear()
    await (await browser)?.close()
  }
}
