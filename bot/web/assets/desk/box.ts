// The box: drafts survive everything, a text is sent once, and the box says who has the conversation.

import { csrfToken } from "../staff/frame";
import { bring, filesOf, isBringing, showFiles, waitWords } from "./box_files";
import { isBegun, keepPrivate, keepText, placeOf, readDraft, type Mode, type Place } from "./drafts";
import { lengthOf } from "./lengths";
import { isOver, isPrivateOver, refreshLimits, watchLimits } from "./limits";
import { complain, dropNotice, showProblem } from "./notices";
import { find, isQuiet, openedId, openedName } from "./page";
import { finishSending, isSending, send, type Fate } from "./send";
import { lastRead } from "./thread";

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
  field.required = draft.files.length === 0;
  const alone = privately();
  if (alone && place.mode === "reply") alone.checked = draft.isPrivate && (isBegun(draft) || !isPrivateOver());
  showFiles(place, showDraft);
  showHint();
  showProblem(draft.problem);
  box()?.classList.toggle("is-sending", isSending(place));
  grow();
}

function showMode(): void {
  const now = mode();
  showHint();
  box()?.classList.toggle("is-note", now === "note");
  for (const button of document.querySelectorAll<HTMLElement>("#box [data-for]")) button.hidden = button.dataset["for"] !== now;
}

const privately = (): HTMLInputElement | null => find<HTMLInputElement>("#private");
const isPrivate = (): boolean => mode() === "reply" && (privately()?.checked ?? false);

function showHint(): void {
  const from = isPrivate() ? privately() : find<HTMLInputElement>("#box input[name=mode]:checked");
  const [hint, field] = [from?.dataset["hint"] ?? "", words()];
  if (field) { field.placeholder = hint; field.setAttribute("aria-label", hint); }
  const where = isPrivate() ? "alone" : "usual";
  for (const each of document.querySelectorAll<HTMLElement>("#where [data-where]")) each.hidden = each.dataset["where"] !== where;
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
  const closed = locked || isClosed();
  for (const button of document.querySelectorAll<HTMLButtonElement>('#box button[data-for="reply"]')) button.disabled = closed;
  const alone = privately();
  // What was meant for one person alone never turns public by itself: whoever wrote it unticks it.
  if (alone) alone.disabled = locked || (isPrivateOver() && !alone.checked);
}

// What the platform would refuse now is not sent; a note always is.
const isClosed = (): boolean => mode() === "reply" && (isPrivate() ? isPrivateOver() : isOver());

// The conversation's state was fetched anew: windows may have opened, or closed.
export function refreshBox(): void {
  refreshLimits();
  refreshLock();
  showHint();
}

const isLocked = (): boolean => find<HTMLElement>("#holder")?.dataset["locked"] !== undefined;

function hasReplyDraft(): boolean {
  const conversation = openedId();
  return conversation !== null && isBegun(readDraft({ conversation, mode: "reply" }));
}

// Another conversation is in the box. Where a colleague has it, an answer begun here is shown all the same.
export function resetBox(): void {
  if (!box()) return;
  const reply = find<HTMLInputElement>("#box input[value=reply]");
  if (reply && isLocked() && hasReplyDraft()) reply.checked = true;
  showMode();
  showDraft();
  refreshBox();
  dropNotice(openedId());
}

// Who opens a conversation of their own is about to write: stray letters must not become acts.
export function focusOwn(): void {
  const own = find("#holder.is-mine");
  if (own && matchMedia("(pointer: fine) and (min-width: 700px)").matches) words()?.focus({ preventScroll: true });
}

function submit(button: HTMLElement | null): void {
  const [place, text] = [shownPlace(), words()?.value ?? ""];
  if (!place || (place.mode === "reply" && (isLocked() || isClosed()))) return;
  if (isBringing(place)) { showProblem(waitWords()); return; }
  const files = readDraft(place).files.map((file) => file.id);
  if (!text.trim() && !files.length) return;
  keepText(place, text);
  const resolve = button?.getAttribute("value") === "resolve";
  void send({ ...place, text, files, isPrivate: isPrivate(), who: openedName(), resolve, quietly: isQuiet(), seen: lastRead() });
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
  const { textMax, textUnit, privateMax, privateUnit, privateWhole } = box()?.dataset ?? {};
  const max = Number((isPrivate() ? privateMax : textMax) ?? 0);
  const length = lengthOf(field.value, (isPrivate() ? privateUnit : textUnit) ?? "");
  const left = max - length;
  const output = find<HTMLOutputElement>("#left");
  if (!output) return;
  output.hidden = mode() === "note" || !max || left > Math.max(max * 0.1, 50);
  const whole = isPrivate() && privateWhole !== undefined;
  output.classList.toggle("is-over", left < 0);
  const said = output.dataset[left >= 0 ? "left" : whole ? "whole" : "over"] ?? "";
  output.textContent = said.replace("#", Math.abs(left).toLocaleString()).replace("%", Math.ceil(length / max).toLocaleString());
}

function bringAll(files: File[]): void {
  const place = shownPlace();
  if (place?.mode === "reply" && files.length && !isLocked()) bring(place, files, showDraft);
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
    if (target.id === "private") {
      const place = shownPlace();
      if (place) keepPrivate(place, (target as HTMLInputElement).checked);
      showDraft();
      refreshLock();
      words()?.focus();
    }
    if (target.id === "file") {
      const field = target as HTMLInputElement;
      bringAll([...(field.files ?? [])]);
      field.value = "";
    }
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
  document.addEventListener("paste", (event) => {
    const files = filesOf(event.clipboardData);
    if ((event.target as HTMLElement).id !== "text" || mode() === "note" || !files.length) return;
    event.preventDefault();
    bringAll(files);
  });
  startDropping();
  watchLimits(refreshLock);
  document.addEventListener("desk:letter", (event) => showFate((event as CustomEvent<Fate>).detail));
  window.addEventListener("storage", followOtherTab);
  finishSending();
}

// A file may be dropped anywhere on the open conversation.
function startDropping(): void {
  const over = (event: DragEvent): boolean =>
    (event.dataTransfer?.types.includes("Files") ?? false) && (event.target as Element).closest?.(".conversation") !== null;
  const mark = (on: boolean): void => { box()?.classList.toggle("is-dropping", on && mode() === "reply" && !isLocked()); };
  document.addEventListener("dragover", (event) => {
    if (!over(event)) { mark(false); return; }
    event.preventDefault();
    mark(true);
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) mark(false); });
  document.addEventListener("drop", (event) => {
    mark(false);
    if (!over(event)) return;
    event.preventDefault();
    bringAll(filesOf(event.dataTransfer));
  });
}
