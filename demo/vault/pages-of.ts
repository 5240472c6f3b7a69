/** A page of a list, as every list operation answers it. */
interface Page {
  readonly NextMarker?: string | undefined
}

/** All pages of a list, one after another. */
export async function pagesOf<Answer extends Page>(
  ask: (marker: string | undefined) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const pages: Answer[] = []
  let marker: string | undefined
  do {
    const page = await ask(marker)
    pages.push(page)
    marker = page.NextMarker
  } while (marker !== undefined)
  return pages
}
