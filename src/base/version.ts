// The version of this library.

/** The same as in package.json; checkpoints record it. */
export const libraryVersion = "0.1.0";
