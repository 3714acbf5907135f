// The box: drafts survive everything, a text is sent once, and the box says who has the conversation.

import { desk, find, openedId } from "./page";

const typingEvery = 3_000;
let typingToldAt = 0;

type Mode = "reply" | "note";

const box = (): HTMLFormElement | null => find<HTMLFormElement>("#box");
const words = (): HTMLTextAreaElement | null => find<HTMLTextAreaElement>("#text");
const keyField = (): HTMLInputElement | null => find<HTMLInputElement>("#box input[name=key]");

const draftName = (mode: Mode): string => `draft:${desk().dataset["staff"]}:${openedId()}:${mode}`;

export function mode(): Mode {
  return find<HTMLInputElement>("#box input[name=mode]:checked")?.value === "note" ? "note" : "reply";
}

interface Draft { text: string; key: string }

function readDraft(of: Mode): Draft {
  try {
    const kept = JSON.parse(localStorage.getItem(draftName(of)) ?? "null") as Draft | null;
    return kept ?? { text: "", key: newKey() };
  } catch {
    return { text: "", key: newKey() };
  }
}

// The key is kept with the text: sent again after a lost answer, it is the same message still.
function keepDraft(): void {
  const text = words()?.value ?? "";
  try {
    if (text) localStorage.setItem(draftName(mode()), JSON.stringify({ text, key: keyField()?.value ?? newKey() }));
    else localStorage.removeItem(draftName(mode()));
  } catch { /* A full or forbidden storage keeps nothing; the text is still in the box. */ }
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_");
}

function showDraft(): void {
  const [field, key] = [words(), keyField()];
  if (!field || !key) return;
  const draft = readDraft(mode());
  field.value = draft.text;
  key.value = draft.key;
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
  }
  words()?.focus();
}

// Who has the conversation may change while somebody writes: the words stay, only sending is closed.
export function refreshLock(): void {
  const locked = find<HTMLElement>("#holder")?.dataset["locked"] !== undefined;
  const reply = find<HTMLInputElement>("#box input[value=reply]");
  if (reply) reply.disabled = locked;
  box()?.classList.toggle("is-locked", locked && mode() === "reply");
  for (const button of document.querySelectorAll<HTMLButtonElement>('#box [data-for="reply"]')) button.disabled = locked;
}

export function resetBox(): void {
  if (!box()) return;
  showMode();
  showDraft();
  refreshLock();
}

function clear(): void {
  const [field, key] = [words(), keyField()];
  if (!field || !key) return;
  field.value = "";
  keepDraft();
  key.value = newKey();
  find("#problem")?.replaceChildren();
  grow();
}

function problem(sentence: string): void {
  const line = document.createElement("p");
  line.className = "problem";
  line.textContent = sentence;
  find("#problem")?.replaceChildren(line);
}

function grow(): void {
  const field = words();
  if (!field) return;
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight + 2, window.innerHeight * 0.4)}px`;
  countLeft(field);
}

function countLeft(field: HTMLTextAreaElement): void {
  const max = Number(box()?.dataset["textMax"] ?? 0);
  const left = max - lengthOf(field.value, box()?.dataset["textUnit"] ?? "");
  const output = find<HTMLOutputElement>("#left");
  if (!output) return;
  output.hidden = mode() === "note" || !max || left > Math.max(max * 0.1, 50);
  output.textContent = left >= 0 ? `${left} left` : `${-left} too many: it goes out in parts`;
}

function lengthOf(text: string, unit: string): number {
  if (unit === "byte") return new TextEncoder().encode(text).length;
  return unit === "utf16" ? text.length : [...text].length;
}

function tellTyping(): void {
  const id = openedId();
  if (id === null || mode() === "note" || Date.now() - typingToldAt < typingEvery) return;
  typingToldAt = Date.now();
  const token = find<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
  void fetch(`/desk/c/${id}/typing`, { method: "POST", headers: { "X-CSRF-Token": token, "HX-Request": "true" } }).catch(() => undefined);
}

export function startBox(): void {
  document.addEventListener("input", (event) => {
    const target = event.target as HTMLElement;
    if (target.id === "text") { keepDraft(); grow(); tellTyping(); }
    if (target.matches("#box input[name=mode]")) { showMode(); showDraft(); refreshLock(); words()?.focus(); }
  });
  document.addEventListener("keydown", (event) => {
    if ((event.target as HTMLElement).id !== "text" || event.key !== "Enter" || event.isComposing) return;
    const alone = !event.shiftKey && !event.altKey && matchMedia("(pointer: fine)").matches;
    if (!(event.ctrlKey || event.metaKey || alone)) return;
    event.preventDefault();
    const button = find<HTMLButtonElement>(`#box button[data-for=${mode()}]:not([name])`);
    if (!button?.disabled) box()?.requestSubmit(button ?? undefined);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target === box()) box()?.classList.add("is-sending");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== box()) return;
    box()?.classList.remove("is-sending");
    if ((event as CustomEvent<{ successful: boolean }>).detail.successful) clear();
  });
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(name, (event) => {
      const { xhr, target } = (event as CustomEvent<{ xhr: XMLHttpRequest; target?: Element }>).detail;
      if (target?.id !== "problem" || (xhr.status >= 400 && xhr.status < 500)) return; // a refusal brings its own words
      problem(box()?.dataset[event.target === box() ? "kept" : "undone"] ?? "");
    });
  }
}
