// The box: drafts survive everything, a text is sent once, and the box says who has the conversation.

import { csrfToken } from "../staff/frame";
import { keepText, placeOf, readDraft, type Mode, type Place } from "./drafts";
import { complain, dropNotice, showProblem } from "./notices";
import { find, openedId, openedName } from "./page";
import { finishSending, isSending, send, type Fate } from "./send";
import { lastId } from "./thread";

const typingEvery = 3_000;
let typingToldAt = 0;

const box = (): HTMLFormElement | null => find<HTMLFormElement>("#box");
const words = (): HTMLTextAreaElement | null => find<HTMLTextAreaElement>("#text");

function mode(): Mode {
  return find<HTMLInputElement>("#box input[name=mode]:checked")?.value === "note" ? "note" : "reply";
}

function shownPlace(): Place | null {
  const conversation = openedId();
  return conversation !== null && box() ? { conversation, mode: mode() } : null;
}

function showDraft(): void {
  const [place, field] = [shownPlace(), words()];
  if (!place || !field) return;
  const draft = readDraft(place);
  if (field.value !== draft.text) field.value = draft.text;
  showProblem(draft.problem);
  box()?.classList.toggle("is-sending", isSending(place));
  grow();
}

function showMode(): void {
  const now = mode();
  const hint = find<HTMLInputElement>("#box input[name=mode]:checked")?.dataset["hint"] ?? "";
  const field = words();
  if (field) { field.placeholder = hint; field.setAttribute("aria-label", hint); }
  box()?.classList.toggle("is-note", now === "note");
  for (const button of document.querySelectorAll<HTMLElement>("#box [data-for]")) button.hidden = button.dataset["for"] !== now;
}

export function setMode(to: Mode): void {
  const radio = find<HTMLInputElement>(`#box input[value=${to}]`);
  if (radio && !radio.disabled && !radio.checked) {
    radio.checked = true;
    showMode();
    showDraft();
    refreshLock();
  }
  words()?.focus();
}

// Who has the conversation may change while somebody writes: the words stay, only sending is closed.
export function refreshLock(): void {
  const locked = isLocked();
  const reply = find<HTMLInputElement>("#box input[value=reply]");
  if (reply) reply.disabled = locked && !hasReplyDraft();
  box()?.classList.toggle("is-locked", locked && mode() === "reply");
  for (const button of document.querySelectorAll<HTMLButtonElement>('#box [data-for="reply"]')) button.disabled = locked;
}

const isLocked = (): boolean => find<HTMLElement>("#holder")?.dataset["locked"] !== undefined;

function hasReplyDraft(): boolean {
  const conversation = openedId();
  return conversation !== null && readDraft({ conversation, mode: "reply" }).text !== "";
}

// Another conversation is in the box. Where a colleague has it, an answer begun here is shown all the same.
export function resetBox(): void {
  if (!box()) return;
  const reply = find<HTMLInputElement>("#box input[value=reply]");
  if (reply && isLocked() && hasReplyDraft()) reply.checked = true;
  showMode();
  showDraft();
  refreshLock();
  dropNotice(openedId());
}

// Who opens a conversation of their own is about to write: stray letters must not become acts.
export function focusOwn(): void {
  const own = find("#holder.is-mine");
  if (own && matchMedia("(pointer: fine) and (min-width: 700px)").matches) words()?.focus({ preventScroll: true });
}

function submit(button: HTMLElement | null): void {
  const [place, text] = [shownPlace(), words()?.value ?? ""];
  if (!place || !text.trim() || (place.mode === "reply" && isLocked())) return;
  keepText(place, text);
  const resolve = button?.getAttribute("value") === "resolve";
  void send({ ...place, text, who: openedName(), resolve, seen: lastId() });
}

// A letter was given to the server, or came back: the box shows it only if it is still its box.
function showFate({ letter, underway, problem }: Fate): void {
  const shown = shownPlace();
  if (shown?.conversation === letter.conversation && shown.mode === letter.mode) showDraft();
  else if (problem) complain(letter.conversation, letter.who, problem);
  if (underway) dropNotice(letter.conversation);
  else document.dispatchEvent(new CustomEvent("desk:done", { detail: { conversation: letter.conversation } }));
}

function grow(): void {
  const field = words();
  if (!field) return;
  // To be measured it shrinks for a moment, and the thread above would forget where it is read.
  const [scroller, top] = [find("#thread"), find("#thread")?.scrollTop ?? 0];
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight + 2, window.innerHeight * 0.4)}px`;
  if (scroller) scroller.scrollTop = top;
  countLeft(field);
}

function countLeft(field: HTMLTextAreaElement): void {
  const max = Number(box()?.dataset["textMax"] ?? 0);
  const left = max - lengthOf(field.value, box()?.dataset["textUnit"] ?? "");
  const output = find<HTMLOutputElement>("#left");
  if (!output) return;
  output.hidden = mode() === "note" || !max || left > Math.max(max * 0.1, 50);
  const said = output.dataset[left >= 0 ? "left" : "over"] ?? "";
  output.textContent = said.replace("#", Math.abs(left).toLocaleString());
}

function lengthOf(text: string, unit: string): number {
  if (unit === "byte") return new TextEncoder().encode(text).length;
  return unit === "utf16" ? text.length : [...text].length;
}

function tellTyping(): void {
  const id = openedId();
  if (id === null || mode() === "note" || Date.now() - typingToldAt < typingEvery) return;
  typingToldAt = Date.now();
  const headers = { "X-CSRF-Token": csrfToken(), "HX-Request": "true" };
  void fetch(`/desk/c/${id}/typing`, { method: "POST", headers }).catch(() => undefined);
}

function keepTyped(): void {
  const place = shownPlace();
  if (place) keepText(place, words()?.value ?? "");
  grow();
  tellTyping();
}

// The same conversation in another tab of this browser: what was sent or typed there is so here too.
function followOtherTab(event: StorageEvent): void {
  const [there, here] = [placeOf(event.key), shownPlace()];
  if (there && here && there.conversation === here.conversation && there.mode === here.mode) showDraft();
}

export function startBox(): void {
  document.addEventListener("input", (event) => {
    const target = event.target as HTMLElement;
    if (target.id === "text") keepTyped();
    if (target.matches("#box input[name=mode]")) { showMode(); showDraft(); refreshLock(); words()?.focus(); }
  });
  document.addEventListener("keydown", (event) => {
    if ((event.target as HTMLElement).id !== "text" || event.key !== "Enter" || event.isComposing) return;
    const alone = !event.shiftKey && !event.altKey && matchMedia("(pointer: fine)").matches;
    if (!(event.ctrlKey || event.metaKey || alone)) return;
    event.preventDefault();
    if (!event.repeat) submit(null);
  });
  document.addEventListener("submit", (event) => {
    if (event.target !== box()) return;
    event.preventDefault();
    submit(event.submitter);
  });
  document.addEventListener("desk:letter", (event) => showFate((event as CustomEvent<Fate>).detail));
  window.addEventListener("storage", followOtherTab);
  finishSending();
}
