/** User keys: the normalised form of user ids, computed as the services do. */

const CHARACTERS_MAX = 200;

/** First and last code points of invisible characters, as in libs/splits/user_keys.py. */
const INVISIBLE: readonly (readonly [number, number])[] = [
  [0x80, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x2800, 0x2800],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x1bca0, 0x1bca3],
  [0x1d159, 0x1d159],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];
const ranges = INVISIBLE.map((range) => range.map((code) => `\\u{${code.toString(16)}}`).join("-"));
const HIDDEN = new RegExp(`[${ranges.join("")}]+`, "gu");
const BLANKS = /^[ \u1680]+|[ \u1680]+$/g;

/**
 * Returns the key of a user id: NFKC, without invisible characters, without blanks at both ends. The key is empty if the
 * id has no visible character. A text of more than 200 characters is returned as it is, and the services refuse it.
 */
export function userKey(userId: string): string {
  if ([...userId].length > CHARACTERS_MAX) return userId;
  return userId.normalize("NFKC").replace(HIDDEN, "").normalize("NFKC").replace(BLANKS, "");
}

/** Returns parameters or a body with the key of its user, and of the users of its signals. */
export function withUserKeys<T>(fields: T): T {
  if (typeof fields !== "object" || fields === null) return fields;
  const { userId, signals } = fields as { userId?: unknown; signals?: unknown };
  return {
    ...fields,
    ...(typeof userId === "string" && { userId: userKey(userId) }),
    ...(Array.isArray(signals) && { signals: signals.map(withUserKeys) }),
  };
}
