// Drafts: what somebody wrote and nobody got yet, by conversation and mode. They outlive the page, and
// say what became of a try to send them.

import { desk } from "./page";

export type Mode = "reply" | "note";

export interface Place { conversation: number; mode: Mode }

export interface Draft {
  text: string;
  // What was tried to send, and under which key. The same text keeps its key: sent again after a lost
  // answer, it is the same message still. Other words never do: the server would take them for said.
  tried: { text: string; key: string } | null;
  // Why it was not sent, in words.
  problem: string;
}

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

// A draft is about to be sent: returns the key it goes under.
export function beginSending(place: Place, text: string): string {
  const draft = readDraft(place);
  const key = draft.tried?.text === text ? draft.tried.key : newKey();
  write(place, { text: draft.text || text, tried: { text, key }, problem: "" });
  return key;
}

// It was said: it goes, what was typed since stays.
export function dropSaid(place: Place, key: string): void {
  const draft = readDraft(place);
  if (draft.tried?.key !== key) return;
  write(place, { ...nothing, text: withoutStart(draft.text, draft.tried.text) });
}

// It was not, as far as anybody knows: its words are kept, also when others were typed since.
export function keepUnsent(place: Place, text: string, key: string, problem: string): void {
  const now = readDraft(place).text;
  write(place, { text: now.startsWith(text) ? now : `${text}\n${now}`.trimEnd(), tried: { text, key }, problem });
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
