// The opened conversation: what was said since is added, who has it is kept true, earlier pages on demand.

import { Idiomorph } from "idiomorph";
import { htmx } from "../staff/frame";
import { focusOwn, refreshBox, resetBox } from "./box";
import { settle } from "./list";
import { fetchPart, find, openedId, soon, view } from "./page";
import type { Fate } from "./send";

const typingShown = 6_000;
let typingTimer = 0;
let readUntil: string | null = null;
const changedUnseen = new Set<number>(); // messages that changed while they were being fetched

const thread = (): HTMLElement | null => find<HTMLElement>("#thread");
const messages = (): HTMLElement | null => find<HTMLElement>("#messages");

// The newest entry on the screen; empty where nothing was said yet.
export function lastId(): string {
  const entries = document.querySelectorAll<HTMLElement>("#messages > [data-id]");
  return entries[entries.length - 1]?.dataset["id"] ?? "";
}

// The newest entry that its reader came to see: what arrived below while they read further up is not among them.
export function lastRead(): string {
  return readUntil ?? lastId();
}

function isAtEnd(element: HTMLElement): boolean {
  return element.scrollHeight - element.scrollTop - element.clientHeight < 80;
}

// Who reads the end goes on reading it, also when the box grows or a phone's keyboard opens.
let readsEnd = true;
let height = 0;
const resized = new ResizeObserver(() => {
  height = thread()?.clientHeight ?? 0;
  if (readsEnd) toEnd();
});

function watchEnd(): void {
  const element = thread();
  resized.disconnect();
  readsEnd = true;
  showNewer(null);
  if (!element) return;
  // What a change of size scrolls, nobody scrolled.
  element.addEventListener("scroll", () => {
    if (element.clientHeight === height) readsEnd = isAtEnd(element);
    if (isAtEnd(element)) showNewer(null);
  });
  resized.observe(element);
}

// What came below the part that is read says so, until it is read.
function showNewer(until: string | null): void {
  readUntil = until;
  const button = find<HTMLElement>("#newer");
  if (!button) return;
  if (until === null && document.activeElement === button) thread()?.focus({ preventScroll: true });
  button.hidden = until === null;
}

function toEnd(): void {
  const element = thread();
  if (element) element.scrollTop = element.scrollHeight;
}

export const loadTail = soon(async () => {
  const id = openedId();
  if (id === null) return;
  // After a long sleep more was said than the server gives at once.
  let after: string | undefined = lastId();
  while (after !== undefined) {
    const part = await fetchPart(`/desk/c/${id}/messages?${after ? `after=${after}` : ""}`, () => openedId() === id);
    after = part && openedId() === id ? append(part) : undefined;
  }
  for (const each of changedUnseen) void loadMessage(each);
  changedUnseen.clear();
}, 60);

// Returns where the server stopped, if it stopped before the end.
function append(part: DocumentFragment): string | undefined {
  const [scroller, list, fresh] = [thread(), messages(), find<HTMLElement>("#messages", part)];
  if (!scroller || !list || !fresh) return undefined;
  const stay = !isAtEnd(scroller);
  const until = lastRead();
  for (const entry of [...fresh.children]) {
    if (!entry.id || !document.getElementById(entry.id)) list.append(entry);
  }
  dropRepeatedDays();
  if (!stay) toEnd();
  else if (lastId() !== until) showNewer(until);
  return fresh.dataset["more"];
}

export const loadState = soon(async () => {
  const id = openedId();
  if (id === null) return;
  const part = await fetchPart(`/desk/c/${id}/state?view=${view()}`, () => openedId() === id);
  if (!part || openedId() !== id) return;
  for (const fresh of [...part.children]) {
    const present = document.getElementById(fresh.id);
    if (!present) continue;
    Idiomorph.morph(present, fresh, { morphStyle: "outerHTML" });
    const morphed = document.getElementById(fresh.id);
    if (morphed) htmx.process(morphed);
  }
  refreshBox();
}, 120);

export async function loadMessage(messageId: number): Promise<void> {
  const id = openedId();
  if (id === null) return;
  if (!document.getElementById(`m-${messageId}`)) {
    if (messageId > Number(lastId())) changedUnseen.add(messageId);
    return;
  }
  const part = await fetchPart(`/desk/c/${id}/messages/${messageId}`, () => openedId() === id);
  const fresh = part && find(`#m-${messageId}`, part);
  const present = document.getElementById(`m-${messageId}`);
  if (!fresh || !present) return;
  for (const name of [".words", ".delivery"]) {
    const [from, to] = [find(name, fresh), find(name, present)];
    if (from && to) to.replaceWith(from);
    else if (from) present.append(from);
  }
  renewMark(find(".mark", present), find(".mark", fresh), present);
}

// Somebody may be in the middle of it: what was open stays open, and what had the focus has it.
function renewMark(from: HTMLDetailsElement | null, to: HTMLDetailsElement | null, entry: Element): void {
  if (!to || !from) {
    from?.remove();
    if (to) entry.append(to);
    return;
  }
  const focused = from.contains(document.activeElement) ? document.activeElement : null;
  const name = focused instanceof HTMLButtonElement && focused.value ? `[value="${focused.value}"]` : "summary";
  to.open = from.open;
  from.replaceWith(to);
  if (focused) find<HTMLElement>(name, to)?.focus();
}

// Returns whether anything came.
export async function loadEarlier(button: HTMLElement): Promise<boolean> {
  const id = openedId();
  const scroller = thread();
  if (id === null || !scroller) return false;
  button.setAttribute("disabled", "");
  const path = `/desk/c/${id}/messages?before=${button.dataset["earlier"] ?? ""}`;
  const part = await fetchPart(path, () => openedId() === id);
  const list = messages();
  if (!part || !list || openedId() !== id) { button.removeAttribute("disabled"); return false; }
  const fromEnd = scroller.scrollHeight - scroller.scrollTop;
  find("#earlier")?.remove();
  list.prepend(...(find("#messages", part)?.children ?? []));
  dropRepeatedDays();
  scroller.scrollTop = scroller.scrollHeight - fromEnd;
  return true;
}

function dropRepeatedDays(): void {
  const seen = new Set<string>();
  for (const day of document.querySelectorAll<HTMLElement>("#messages > .day")) {
    const name = day.dataset["day"] ?? "";
    if (seen.has(name)) day.remove();
    seen.add(name);
  }
}

export function showTyping(): void {
  const element = find<HTMLElement>("#typing");
  const scroller = thread();
  if (!element || !scroller) return;
  const stay = !isAtEnd(scroller);
  element.hidden = false;
  if (!stay) toEnd();
  window.clearTimeout(typingTimer);
  typingTimer = window.setTimeout(hideTyping, typingShown);
}

export function hideTyping(): void {
  const element = find<HTMLElement>("#typing");
  if (element) element.hidden = true;
}

function opened(): void {
  settle();  // first: on a phone it uncovers what is measured next
  resetBox();
  toEnd();
  watchEnd();
  // Who opens it goes on in it: its arrows and pages scroll what was said, and it is read aloud.
  if (document.activeElement?.closest(".row, .notice")) thread()?.focus({ preventScroll: true });
  focusOwn();
}

export function startThread(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const earlier = target.closest<HTMLElement>("[data-earlier]");
    if (earlier) void loadEarlier(earlier);
    if (target.closest("#newer")) toEnd();
    target.closest("#brief")?.classList.toggle("is-whole");
    if (target.closest("[data-toggle-context]")) find("#open")?.classList.toggle("shows-context");
    else if (!target.closest("#context")) find("#open")?.classList.remove("shows-context");
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if ((event.target as Element).id === "open") opened();
  });
  document.addEventListener("desk:done", (event) => {
    if ((event as CustomEvent<{ conversation: number }>).detail.conversation === openedId()) { loadTail(); loadState(); }
  });
  // Who has just said something goes on at the end.
  document.addEventListener("desk:letter", (event) => {
    const { letter, underway, problem } = (event as CustomEvent<Fate>).detail;
    if (letter.conversation === openedId() && !underway && !problem) { readsEnd = true; toEnd(); }
  });
  opened();
}
