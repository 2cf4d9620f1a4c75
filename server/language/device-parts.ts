/**
 * The browser and the system in a name that `deviceOf` made, such as "Firefox on Windows", to name the device in
 * another language. Null for any other name.
 */
export function deviceParts(device: string | null): { browser: string; system: string } | null {
  const [browser, system, ...rest] = device?.split(' on ') ?? []
  return browser && system && rest.length === 0 ? { browser, system } : null
}
