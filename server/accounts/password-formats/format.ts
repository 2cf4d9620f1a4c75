/** Compares a password with one stored hash, off the event loop and in constant time. */
export type Verify = (password: string) => Promise<boolean>

/** One way to store a password. Each format is a row of the table in `password-hash.ts`. */
export interface PasswordFormat {
  name: string
  /** Matches the beginning of a hash of this format, well-formed or not. */
  prefix: RegExp
  /**
   * Reads a stored hash. Null for one that is malformed, or so costly that verifying it would block the server.
   * @param pepper is empty without PASSWORD_PEPPER; only formats whose application adds one use it
   */
  read(stored: string, pepper: string): Verify | null
  /** The longest password that the algorithm compares as a whole, in bytes of UTF-8. Absent: no limit. */
  maxBytes?: number
}

/** A format that new passwords can be stored in. */
export interface NewPasswordFormat extends PasswordFormat {
  hash(password: string, pepper: string): Promise<string>
  /** False for a hash of another format, or one that was cheaper to make than a new one. */
  isCurrent(stored: string): boolean
  /** The longest password that the application accepts at its own sign-in, in UTF-16 code units. Absent: no limit. */
  maxUnits?: number
  /** True where the application that owns the hash accepts no NUL character at its own sign-in. */
  refusesNul?: boolean
}
