/**
 * How many hex digits a hash in a name has. With ten, the chance that any two of a thousand versions of an object
 * collide is one in two million.
 */
export const HASH_DIGITS = 10;
