// Names in a document that do not exist: files, links, commands, options, scripts, exports and identifiers.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { blocks } from "./blocks.ts";

/** What documents may name. */
export interface Known {
  /** Whether a path in the repository exists. */
  isFile(path: string): boolean;
  /** The names of all files, without their folders. */
  readonly fileNames: ReadonlySet<string>;
  readonly program: CommandUnknownOpts;
  /** The scripts of package.json. */
  readonly scripts: ReadonlySet<string>;
  /** Every word of the sources. */
  readonly words: ReadonlySet<string>;
  /** The exported names of each entry. */
  readonly exports: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The faults of a document at `path`, each in a few words. */
export function faultsIn(path: string, text: string, known: Known): string[] {
  const prose = text.replaceAll(/^```[^]*?^```$/gmu, "");
  const code = [...prose.matchAll(/`([^`\n]+)`/gu)].map(([, span]) => span as string);
  const lines = [...code, ...blocks(text, "sh").flatMap((block) => block.split("\n"))];
  return [
    ...linksIn(path, prose).filter((link) => !known.isFile(link)),
    ...code.filter((span) => isPath(span) && !known.isFile(span)),
    ...code.filter((span) => /^[\w-]+\.(?:ts|md|py|cpp|h|proto)$/u.test(span) && !known.fileNames.has(span)),
    ...lines.flatMap((line) => commandFaults(line, known)),
    ...code.filter((span) => isIdentifier(span) && !known.words.has(span.replace("()", ""))),
    ...[...blocks(text, "ts"), ...blocks(text, "js")].flatMap((block) => importFaults(block, known)),
  ];
}

function linksIn(path: string, prose: string): string[] {
  const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
  return [...prose.matchAll(/\]\((?!https?:)([^)#]+)/gu)].map(([, link]) => `${folder}/${link}`);
}

const isPath = (span: string): boolean =>
  /^(?:src|test|docs|examples|bench|native)\/[\w./-]+$/u.test(span) && !span.includes("<");

/** camelCase names, and names that are called. */
const isIdentifier = (span: string): boolean => /^(?:[a-z]+[A-Z]\w*|[a-z]\w{2,}\(\))$/u.test(span);

function commandFaults(line: string, known: Known): string[] {
  const script = /^npm run ([\w:-]+)/u.exec(line)?.[1];
  if (script !== undefined && !known.scripts.has(script)) return [`npm run ${script}`];
  const typed = /^(?:npx )?unrolled (.+)$/u.exec(line)?.[1];
  if (typed === undefined) return [];
  const words = typed.split(" ");
  let command = known.program;
  while (words.length > 0) {
    const next = command.commands.find((child) => child.name() === words[0]);
    if (!next) break;
    command = next;
    words.shift();
  }
  if (command === known.program && /^[a-z]/u.test(words[0] ?? "")) return [`unrolled ${words[0]}`];
  const candidates = ["eval", "predict"].includes(command.name())
    ? known.program.commands.flatMap((task) => task.commands.filter((use) => use.name() === command.name()))
    : [command];
  const options = new Set(candidates.flatMap((one) => one.options.map((option) => option.long)));
  return words.filter((word) => word.startsWith("--") && word !== "--help" && !options.has(word));
}

function importFaults(block: string, { exports }: Known): string[] {
  return [...block.matchAll(/^import (?:type )?\{([^}]*)\} from "(unrolled[^"]*)";$/gmu)].flatMap(
    ([, names, entry]) => {
      const exported = exports.get(entry as string);
      if (!exported) return [entry as string];
      const imported = (names as string).split(",").map((name) => name.trim().replace(/^type /u, ""));
      return imported.filter((name) => name !== "" && !exported.has(name));
    },
  );
}
