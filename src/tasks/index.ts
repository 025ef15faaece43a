// The tasks that there are, in the order of the command line's help. Adding one costs its folder and a line in each list.
import { caption, type Captioner } from "./caption/caption.ts";
import { classify, type Classifier } from "./classify/classify.ts";
import { language, type LanguageModel } from "./language/language.ts";
import type { Maker } from "./task.ts";
import { translate, type Translator } from "./translate/translate.ts";

/** A model of any task; its `kind` says which. */
export type AnyModel = LanguageModel | Classifier | Translator | Captioner;

/** A task by which models of its kind are opened. */
export type AnyTask = Pick<Maker<never, never, AnyModel>, "kind" | "check" | "open">;

export const tasks: readonly AnyTask[] = [language, classify, translate, caption];
