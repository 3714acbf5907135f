// Conversation → rows: what stands in the log, in order, and how each is drawn.

import type { Conversation, Entry } from "./conversation";
import { el, initials, link, withLinks } from "./dom";
import { makeFile, type Shared } from "./shared";
import { say } from "./words";

const TOGETHER = 5 * 60_000; // ms between messages that still form one group

export interface RowActions {
  press(payload: string, title: string): void;
  again(key: string): void;
  remove(key: string): void;
  earlier(): void;
  shared: Shared;
}

/** A row is made anew when `look` changes; `dress` puts on what changes around it (class, choices, foot). */
export interface Row {
  key: string;
  look: string;
  make(): HTMLElement;
  dress?: { look: string; classes: string; tail(): (HTMLElement | null)[] };
}

interface Place {
  starts: boolean;
  ends: boolean;
  /** A pause follows: the time is worth saying. */
  pauses: boolean;
  last: boolean;
}

export function layOut(conversation: Conversation, actions: RowActions): Row[] {
  const rows = conversation.earlier ? [earlierRow(actions)] : greet(conversation);
  const entries = conversation.entries;
  entries.forEach((entry, at) => {
    const previous = entries[at - 1];
    const next = entries[at + 1];
    if (opensDay(previous, entry)) rows.push(dayRow(entry.at));
    const place = {
      starts: !together(previous, entry),
      ends: !together(entry, next),
      pauses: !near(entry, next),
      last: next === undefined,
    };
    rows.push(entry.author === "system" ? lineRow(entry) : entryRow(entry, place, actions, conversation.online));
  });
  return rows;
}

export function makeGhosts(): HTMLElement[] {
  const ghost = (author: string) => el("div", { class: `entry ${author} ghost`, "aria-hidden": true }, bubble(""));
  return [ghost("bot"), ghost("own"), ghost("bot")];
}

function greet({ title, greeting }: Conversation): Row[] {
  const here = { key: "here", look: title, make: () => line(say("botHere", { title })) };
  const make = () => el("div", { class: "entry bot starts ends" }, bubble(greeting));
  return greeting === "" ? [here] : [here, { key: "greeting", look: greeting, make }];
}

function earlierRow(actions: RowActions): Row {
  const press = () => el("button", { type: "button", class: "choice", click: () => actions.earlier() }, say("earlier"));
  return { key: "earlier", look: "", make: () => el("div", { class: "earlier" }, press()) };
}

function dayRow(at: Date): Row {
  return { key: `day-${dayOf(at)}`, look: sayDay(at), make: () => line(sayDay(at), "day") };
}

function lineRow({ key, text }: Entry): Row {
  return { key, look: text, make: () => line(text) };
}

function entryRow(entry: Entry, place: Place, actions: RowActions, online: boolean): Row {
  const own = entry.author === "contact";
  const classes = ["entry", own ? "own" : entry.author, place.starts && "starts", place.ends && "ends", entry.mark];
  return {
    key: entry.key,
    look: JSON.stringify([place.starts, entry.text, entry.image, entry.files.length > 0 ? entry.id : 0]),
    make: () => makeEntry(entry, place, actions.shared),
    dress: {
      look: JSON.stringify([place, entry.mark, entry.refused, entry.mark === "sending" && online]),
      classes: classes.filter(Boolean).join(" "),
      tail: () => [place.last && !own ? makeChoices(entry, actions) : null, makeFoot(entry, place, actions, online)],
    },
  };
}

function makeEntry(entry: Entry, { starts }: Place, shared: Shared): HTMLElement {
  const name = nameOf(entry);
  const person = entry.author === "staff" && starts;
  return el(
    "div",
    {},
    person ? el("span", { class: "face", "aria-hidden": true }, initials(name)) : null,
    el("p", { class: person ? "name" : "aloud" }, person ? name : `${name}: `),
    entry.text === "" ? null : bubble(...withLinks(entry.text)),
    entry.image === null ? null : el("div", { class: "picture" }, picture(entry.image, say("image", { name }))),
    ...entry.files.map((file) => makeFile(file, entry.id, name, shared)),
    el("div", { class: "tail", "aria-live": "off" }),
  );
}

function makeChoices({ buttons }: Entry, actions: RowActions): HTMLElement | null {
  if (buttons.length === 0) return null;
  const made = buttons.map(({ title, payload, url }) => {
    if (url !== null) return el("span", { class: "choice" }, link(url, title));
    return el("button", { class: "choice", type: "button", click: () => actions.press(payload, title) }, title);
  });
  return el("div", { class: "choices" }, ...made);
}

function makeFoot(entry: Entry, { pauses, last }: Place, actions: RowActions, online: boolean): HTMLElement | null {
  if (entry.mark === "failed") return makeRefusal(entry, actions);
  if (!pauses) return null;
  const time = el("time", { datetime: entry.at.toISOString(), title: entry.at.toLocaleString() }, timeOf(entry.at));
  // How far it got stands under the last one only: of what was answered, everybody knows.
  if (entry.author !== "contact" || !last) return el("p", { class: "foot" }, time);
  const mark = entry.mark === "sending" && !online ? "waits" : (entry.mark ?? "sending");
  return el("p", { class: "foot" }, time, ` · ${say(mark)}`);
}

function makeRefusal({ key, refused }: Entry, actions: RowActions): HTMLElement {
  return el(
    "p",
    { class: "foot refusal", role: "alert" },
    `${say("failed", { reason: refused ?? "" })} `,
    el("button", { type: "button", click: () => actions.again(key) }, say("again")),
    " ",
    el("button", { type: "button", click: () => actions.remove(key) }, say("remove")),
  );
}

function nameOf({ author, name }: Entry): string {
  if (author === "contact") return say("you");
  return name ?? say(author === "staff" ? "staffUnnamed" : "bot");
}

function bubble(...children: (Node | string)[]): HTMLElement {
  return el("div", { class: "bubble", dir: "auto" }, ...children);
}

function line(text: string, also = ""): HTMLElement {
  return el("p", { class: `line ${also}`.trim() }, text);
}

function picture(url: string, alt: string): HTMLElement | string {
  return link(url, el("img", { src: url, alt, loading: "lazy", decoding: "async" }));
}

function together(one: Entry | undefined, other: Entry | undefined): boolean {
  return near(one, other) && one?.author === other?.author && one?.name === other?.name && one?.mark !== "failed";
}

function near(one: Entry | undefined, other: Entry | undefined): boolean {
  if (one === undefined || other === undefined || dayOf(one.at) !== dayOf(other.at)) return false;
  return other.at.getTime() - one.at.getTime() < TOGETHER;
}

// A conversation of today says so nowhere: the day stands where one ends, or above an older one.
function opensDay(previous: Entry | undefined, { at }: Entry): boolean {
  return dayOf(previous?.at ?? new Date()) !== dayOf(at);
}

function dayOf(at: Date): string {
  return `${at.getFullYear()}-${at.getMonth() + 1}-${at.getDate()}`;
}

function sayDay(at: Date): string {
  const now = new Date();
  if (dayOf(at) === dayOf(now)) return say("today");
  if (dayOf(at) === dayOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1))) return say("yesterday");
  return at.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" });
}

export function timeOf(at: Date): string {
  return at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
}
