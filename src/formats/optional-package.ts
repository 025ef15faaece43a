// Packages that a plain install leaves out: loaded on first use, with an error that says how to install them.

/**
 * The module that `load` imports. `name` is the package with its version, as "sharp@0.35.5"; `use` its purpose, as
 * "reading images". Throws if the package, or a part of it, is not installed.
 */
export async function optionalPackage<Module>(
  name: string,
  use: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    const bareName = name.slice(0, name.indexOf("@", 1));
    const code = (cause as NodeJS.ErrnoException | undefined)?.code;
    const message = cause instanceof Error ? cause.message : String(cause);
    const isAbsent = code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${bareName}'`);
    const state = isAbsent ? "is not installed" : `does not load (${message.split("\n")[0]})`;
    throw new Error(`${use} needs the package ${bareName}, which ${state}; npm install ${name}`, { cause });
  }
}
