// Drafts: what somebody wrote and nobody got yet, by conversation and mode. They outlive the page, and
// say what became of a try to send them.

import { desk } from "./page";

export type Mode = "reply" | "note";

export interface Place { conversation: number; mode: Mode }

// What is given to the server: the words, and whether they resolve, unless the customer wrote after `seen`.
export interface Letter extends Place {
  text: string;
  who: string;
  resolve: boolean;
  seen: string;
}

interface Tried extends Letter { key: string; at: number }

export interface Draft {
  text: string;
  // What was tried to send, and under which key. The same text keeps its key: sent again after a lost
  // answer, it is the same message still. Other words never do: the server would take them for said.
  tried: Tried | null;
  // Why it was not sent, in words.
  problem: string;
}

const recent = 60_000;
const nothing: Draft = { text: "", tried: null, problem: "" };
const unkept = new Map<string, string>(); // where the browser's storage is full or forbidden: for this page's life

const prefix = (): string => `draft:${desk().dataset["staff"]}:`;
const nameOf = (place: Place): string => `${prefix()}${place.conversation}:${place.mode}`;

export function readDraft(place: Place): Draft {
  const name = nameOf(place);
  try {
    const kept = unkept.get(name) ?? localStorage.getItem(name);
    return { ...nothing, ...(JSON.parse(kept ?? "null") as Partial<Draft> | null) };
  } catch {
    return nothing;
  }
}

function write(place: Place, draft: Draft): void {
  const name = nameOf(place);
  const kept = draft.text ? JSON.stringify(draft) : null;
  try {
    unkept.delete(name);
    if (kept === null) localStorage.removeItem(name);
    else localStorage.setItem(name, kept);
  } catch {
    if (kept !== null) unkept.set(name, kept);
  }
}

// Somebody typed.
export function keepText(place: Place, text: string): void {
  write(place, { ...readDraft(place), text });
}

// A letter is about to be sent: returns the key it goes under.
export function beginSending(letter: Letter): string {
  const { text, tried } = readDraft(letter);
  const key = tried?.text === letter.text ? tried.key : newKey();
  write(letter, { text: text || letter.text, tried: { ...letter, key, at: Date.now() }, problem: "" });
  return key;
}

// It was said: it goes, what was typed since stays.
export function dropSaid(place: Place, key: string): void {
  const draft = readDraft(place);
  if (draft.tried?.key !== key) return;
  write(place, { ...nothing, text: withoutStart(draft.text, draft.tried.text) });
}

// It was not, as far as anybody knows: its words are kept, also when others were typed since.
export function keepUnsent(letter: Letter, key: string, problem: string): void {
  const now = readDraft(letter).text;
  const text = now.startsWith(letter.text) ? now : `${letter.text}\n${now}`.trimEnd();
  write(letter, { text, tried: { ...letter, key, at: Date.now() }, problem });
}

// Letters whose page was left before their answer came, a moment ago: nobody was told what became of them.
export function lettersUnderway(): Letter[] {
  const places = Object.keys(localStorageOrNothing()).map(placeOf);
  return places.flatMap((place) => {
    const { tried, problem } = place ? readDraft(place) : nothing;
    return tried && !problem && Date.now() - tried.at < recent ? [tried] : [];
  });
}

function localStorageOrNothing(): object {
  try {
    return { ...localStorage };
  } catch {
    return {};
  }
}

export function withoutStart(text: string, start: string): string {
  return text.startsWith(start) ? text.slice(start.length).trimStart() : text;
}

// Which place a key of the browser's storage belongs to, when it is a draft of ours.
export function placeOf(name: string | null): Place | null {
  if (!name?.startsWith(prefix())) return null;
  const [conversation, mode] = name.slice(prefix().length).split(":");
  return { conversation: Number(conversation), mode: mode === "note" ? "note" : "reply" };
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_");
}
