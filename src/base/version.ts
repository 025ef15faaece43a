// The version of this library, the same as in package.json; checkpoints record it.
export const libraryVersion = "0.1.0";
