// Automata on whole texts.
import { stateAfter, type Automaton } from "../../src/infer/constraint.ts";

export function acceptsText(automaton: Automaton, text: string): boolean {
  const state = stateAfter(automaton, automaton.start, text);
  return state !== undefined && automaton.accepting[state] === true;
}
