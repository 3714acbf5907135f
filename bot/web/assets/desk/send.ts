// Sending: one text of a place at a time. It ends in its draft, wherever its writer has gone meanwhile.

import { beginSending, dropSaid, isSame, keepUnsent, lettersUnderway, withoutStart, type Letter, type Place } from "./drafts";
import { desk } from "./page";
import { post } from "./post";

// What became of a letter, told to the page as the event `desk:letter`.
export interface Fate { letter: Letter; underway: boolean; problem: string }

const underway = new Map<string, Letter>();
const waiting = new Map<string, Letter>();

const slotOf = (place: Place): string => `${place.conversation}:${place.mode}`;

export function isSending(place: Place): boolean {
  return underway.has(slotOf(place));
}

export async function send(letter: Letter): Promise<void> {
  const slot = slotOf(letter);
  const now = underway.get(slot);
  if (now !== undefined) {
    // The same text twice is a finger too fast; more text goes when this has gone.
    if (!isSame(now, letter)) waiting.set(slot, letter);
    return;
  }
  const key = beginSending(letter);
  underway.set(slot, letter);
  tell({ letter, underway: true, problem: "" });
  const unanswered = desk().dataset["unsentUnanswered"] ?? "";
  const problem = await post(`/desk/c/${letter.conversation}/say`, fieldsOf(letter, key), unanswered);
  underway.delete(slot);
  if (problem) keepUnsent(letter, key, problem);
  else dropSaid(letter, key);
  tell({ letter, underway: false, problem });
  const next = waiting.get(slot);
  waiting.delete(slot);
  if (!next || problem) return;
  const text = withoutStart(next.text, letter.text);
  const files = next.files.filter((file) => !letter.files.includes(file));
  if (text || files.length) await send({ ...next, text, files });
}

// Somebody sent and left the page at once: sent again under its key, the server says what became of it.
export function finishSending(): void {
  for (const letter of lettersUnderway()) void send(letter);
}

function fieldsOf(letter: Letter, key: string): Record<string, string> {
  const quietly = letter.quietly ? { quietly: "1" } : {};
  const resolving = letter.resolve ? { then: "resolve", ...quietly, ...(letter.seen ? { seen: letter.seen } : {}) } : {};
  const along = letter.files.length ? { files: letter.files.join() } : {};
  return { mode: letter.mode, text: letter.text, key, ...along, ...(letter.isPrivate ? { private: "1" } : {}), ...resolving };
}

function tell(fate: Fate): void {
  document.dispatchEvent(new CustomEvent<Fate>("desk:letter", { detail: fate }));
}
