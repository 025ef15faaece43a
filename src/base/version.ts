// The version of this library, as package.json has it: a checkpoint says which one wrote it.
export const libraryVersion = "0.1.0";
