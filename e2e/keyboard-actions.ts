import { expect, type Locator, type Page } from '@playwright/test'

export const hasFocus = (target: Locator) =>
  target.evaluate((element) => element === element.ownerDocument.activeElement)

/** Presses Tab until the element has the focus. */
export async function tabTo(target: Locator, keyboard = target.page().keyboard) {
  await expect(target).toBeEnabled()
  for (let presses = 0; presses < 40; presses++) {
    if (await hasFocus(target)) return
    await keyboard.press('Tab')
  }
  await expect(target).toBeFocused()
}

/** How people without a mouse or a touch screen use a page: Tab, the keys of letters and digits, and Enter. */
export const byKeyboard = {
  fill: async (field: Locator, text: string) => {
    await tabTo(field)
    await field.page().keyboard.type(text)
  },
  /** Enter sends a form from any of its fields. */
  submit: (button: Locator) => button.page().keyboard.press('Enter'),
  press: async (control: Locator) => {
    await tabTo(control)
    await control.page().keyboard.press('Enter')
  },
}

/** The roles and names of everything that Tab reaches, in its order, from the start of a page that was just loaded. */
export async function tabStops(page: Page): Promise<string[]> {
  const names: string[] = []
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    const focused = page.locator(':focus')
    if ((await focused.count()) === 0) return names
    names.push(/^- (\w+ "[^"]*")/.exec(await focused.ariaSnapshot())?.[1] ?? 'without a name')
  }
  throw new Error(`Tab never leaves the page: ${names.join(', ')}`)
}
