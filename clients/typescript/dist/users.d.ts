/** User keys: the normalised form of user ids, computed as the services do. */
/**
 * Returns the key of a user id: NFKC, without invisible characters, without blanks at both ends. The key is empty if the
 * id has no visible character. A text of more than 200 characters is returned as it is, and the services refuse it.
 */
export declare function userKey(userId: string): string;
/** Returns parameters or a body with the key of its user, and of the users of its signals. */
export declare function withUserKeys<T>(fields: T): T;
