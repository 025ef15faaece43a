// Packages that a plain install does not bring: loaded when they are first needed, with an error that prints the line
// that installs them. Knows none of them.

/**
 * What `load` gives. `name`: the package with its version, as "sharp@0.35.5"; `use`: what for, as "reading pictures".
 * Throws where the package, or a part of it, is not installed.
 */
export async function optionalPackage<Module>(
  name: string,
  use: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    const bare = name.slice(0, name.indexOf("@", 1));
    const code = (cause as NodeJS.ErrnoException | undefined)?.code;
    const said = cause instanceof Error ? cause.message : String(cause);
    const absent = code === "ERR_MODULE_NOT_FOUND" && said.includes(`'${bare}'`);
    const why = absent ? "" : ` (${said.split("\n")[0]})`;
    throw new Error(
      `${use} needs the package ${bare}, which ${absent ? "is not installed" : `does not load${why}`}; ` +
        `npm install ${name}`,
      { cause },
    );
  }
}
