/** Files that were damaged, and files of others, are refused. */
import type { Download } from '@playwright/test'
import { createKey, expect, test } from './fixtures/console.js'
import { asFile, chooseFile, encrypted, flip, patterned, temporaryFiles } from './fixtures/files.js'

/** What is done to an encrypted file of three frames, and what the user is told. */
const damages: readonly (readonly [what: string, harm: (file: Buffer) => Buffer, message: string])[] = [
  ['changed in its last byte', (file) => flip(file, file.length - 1), 'This file was changed after it was encrypted.'],
  ['changed in the middle', (file) => flip(file, file.length >> 1), 'This file was changed after it was encrypted.'],
  ['with two frames swapped', swapFrames, 'This file was changed after it was encrypted.'],
  ['cut off', (file) => file.subarray(0, file.length - 1000), 'This file is incomplete.'],
  [
    'cut off after a whole frame',
    (file) => file.subarray(0, file.length - FINAL_FRAME_LENGTH),
    'This file is incomplete.',
  ],
  ['with a byte added', (file) => Buffer.concat([file, Buffer.alloc(1)]), 'Something was added to this file.'],
  ['with another name in its header', renameInHeader, 'This file cannot be decrypted.'],
]

test('an encrypted file that was damaged is refused, and nothing of it is kept', async ({ page }) => {
  await createKey(page, 'notes')
  const sealed = await encrypted(page, 'diary.txt', patterned(DAMAGED_FILE_LENGTH))
  const downloads: Download[] = []
  page.on('download', (download) => downloads.push(download))
  for (const [what, harm, message] of damages)
    await test.step(what, async () => {
      await chooseFile(page, asFile('diary.txt.bkms', harm(Buffer.from(sealed))))
      // The notice, and not its echo for screen readers. What was said of the file before is gone.
      const notice = page.getByText(message, { exact: true })
      await expect(notice).toBeHidden()
      await page.getByRole('checkbox', { name: 'Ask where to save' }).uncheck()
      await page.getByRole('button', { name: 'Decrypt', exact: true }).click()
      await expect(notice).toBeVisible()
      expect(downloads).toHaveLength(0)
      expect(await temporaryFiles(page)).toEqual([])
    })
})

test('a file that another browser encrypted is refused with the reason', async ({ page, browser, baseURL }) => {
  const elsewhere = await browser.newPage(baseURL === undefined ? {} : { baseURL })
  await elsewhere.goto('')
  await createKey(elsewhere, 'notes')
  const sealed = await encrypted(elsewhere, 'diary.txt', patterned(10))
  await elsewhere.close()
  await chooseFile(page, asFile('diary.txt.bkms', sealed))
  await expect(page.getByText('a key this browser does not have')).toBeVisible()
  await page.getByRole('checkbox', { name: 'Ask where to save' }).uncheck()
  await page.getByRole('button', { name: 'Decrypt', exact: true }).click()
  await expect(page.getByText('There is no such key in this browser.').first()).toBeVisible()
})

const PLAIN_FRAME_LENGTH = 512 * 1024
/** With its sequence number, IV and tag. */
const FRAME_LENGTH = PLAIN_FRAME_LENGTH + 32
const DAMAGED_FILE_LENGTH = 1_200_000
/** With its mark, its length and the rest. */
const FINAL_FRAME_LENGTH = (DAMAGED_FILE_LENGTH % PLAIN_FRAME_LENGTH) + 40

function swapFrames(file: Buffer): Buffer {
  const start = file.length - FINAL_FRAME_LENGTH - 2 * FRAME_LENGTH
  const frame = (number: number) => file.subarray(start + number * FRAME_LENGTH, start + (number + 1) * FRAME_LENGTH)
  return Buffer.concat([file.subarray(0, start), frame(1), frame(0), file.subarray(-FINAL_FRAME_LENGTH)])
}

function renameInHeader(file: Buffer): Buffer {
  const at = file.indexOf('diary.txt')
  file.write('virus.exe', at)
  return file
}
