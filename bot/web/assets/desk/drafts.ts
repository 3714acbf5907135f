// Drafts: what somebody wrote and nobody got yet, by conversation and mode. They outlive the page, and
// say what became of a try to send them.

import { desk } from "./page";

export type Mode = "reply" | "note";

export interface Place { conversation: number; mode: Mode }

// A file that lies with the server and is not sent. `link`: the customer gets an address in its place.
export interface DraftFile { id: number; name: string; kind: string; bytes: number; size: string; link: boolean }

// What is given to the server: the words, the files by number, whether they go to the author of a public post
// alone, and whether they resolve, unless the customer wrote after `seen`.
export interface Letter extends Place {
  text: string;
  files: number[];
  isPrivate: boolean;
  who: string;
  resolve: boolean;
  // A case is resolved without a last word in public. Absent in what an older page kept.
  quietly?: boolean;
  seen: string;
}

interface Tried extends Letter { key: string; at: number }

export interface Draft {
  text: string;
  files: DraftFile[];
  isPrivate: boolean;
  // What was tried to send, and under which key. The same text keeps its key: sent again after a lost
  // answer, it is the same message still. Other words never do: the server would take them for said.
  tried: Tried | null;
  // Why it was not sent, in words.
  problem: string;
}

const recent = 60_000;
const nothing: Draft = { text: "", files: [], isPrivate: false, tried: null, problem: "" };
const unkept = new Map<string, string>(); // where the browser's storage is full or forbidden: for this page's life

const prefix = (): string => `draft:${desk().dataset["staff"]}:`;
const nameOf = (place: Place): string => `${prefix()}${place.conversation}:${place.mode}`;

export function readDraft(place: Place): Draft {
  const name = nameOf(place);
  try {
    const kept = unkept.get(name) ?? localStorage.getItem(name);
    return withAll({ ...nothing, ...(JSON.parse(kept ?? "null") as Partial<Draft> | null) });
  } catch {
    return nothing;
  }
}

// A draft of an earlier version of this page knew of no files.
function withAll(draft: Draft): Draft {
  const { tried } = draft;
  return tried ? { ...draft, tried: { ...tried, files: tried.files ?? [], isPrivate: tried.isPrivate ?? false } } : draft;
}

function write(place: Place, draft: Draft): void {
  const name = nameOf(place);
  const kept = isBegun(draft) || draft.isPrivate ? JSON.stringify(draft) : null;
  try {
    unkept.delete(name);
    if (kept === null) localStorage.removeItem(name);
    else localStorage.setItem(name, kept);
  } catch {
    if (kept !== null) unkept.set(name, kept);
  }
}

export const isBegun = (draft: Draft): boolean => draft.text !== "" || draft.files.length > 0;

// Whether two letters say the same: words, files, and to whom.
export function isSame(one: Letter, other: Letter): boolean {
  return one.text === other.text && one.isPrivate === other.isPrivate && one.files.join() === other.files.join();
}

// Somebody typed.
export function keepText(place: Place, text: string): void {
  write(place, { ...readDraft(place), text });
}

export function keepFile(place: Place, file: DraftFile): void {
  const draft = readDraft(place);
  write(place, { ...draft, files: [...draft.files, file] });
}

export function dropFile(place: Place, id: number): void {
  const draft = readDraft(place);
  write(place, { ...draft, files: draft.files.filter((file) => file.id !== id) });
}

export function keepPrivate(place: Place, isPrivate: boolean): void {
  write(place, { ...readDraft(place), isPrivate });
}

// A letter is about to be sent: returns the key it goes under.
export function beginSending(letter: Letter): string {
  const draft = readDraft(letter);
  const key = draft.tried && isSame(draft.tried, letter) ? draft.tried.key : newKey();
  write(letter, { ...draft, text: draft.text || letter.text, tried: { ...letter, key, at: Date.now() }, problem: "" });
  return key;
}

// It was said: it goes, what was typed since stays.
export function dropSaid(place: Place, key: string): void {
  const draft = readDraft(place);
  if (draft.tried?.key !== key) return;
  const said = draft.tried.files;
  const files = draft.files.filter((file) => !said.includes(file.id));
  write(place, { ...nothing, text: withoutStart(draft.text, draft.tried.text), files });
}

// It was not, as far as anybody knows: its words are kept, also when others were typed since.
export function keepUnsent(letter: Letter, key: string, problem: string): void {
  const draft = readDraft(letter);
  const now = draft.text;
  const text = now.startsWith(letter.text) ? now : `${letter.text}\n${now}`.trimEnd();
  write(letter, { ...draft, text, tried: { ...letter, key, at: Date.now() }, problem });
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
