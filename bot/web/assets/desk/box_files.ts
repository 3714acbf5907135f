// Files that go with an answer: brought at once, one by one, and kept with the draft until it is sent.

import { csrfToken } from "../staff/frame";
import { dropFile, keepFile, readDraft, type DraftFile, type Place } from "./drafts";
import { find } from "./page";
import { sentenceOf } from "./post";

// One on its way, or one that did not come: then `problem` says why.
interface Coming { place: Place; name: string; part: number; bar: HTMLProgressElement | null; problem: string; request: XMLHttpRequest | null }

const coming = new Set<Coming>();
const queue: (() => void)[] = []; // one after the other: they are sent in the order they were chosen
let busy = false;

const list = (): HTMLElement | null => find<HTMLElement>("#box-files");
const words = (name: string): string => list()?.dataset[name] ?? "";
const number = (name: string): number => Number(list()?.dataset[name] ?? 0);
const isAt = (one: Place, other: Place): boolean => one.conversation === other.conversation && one.mode === other.mode;

export const isBringing = (place: Place): boolean => [...coming].some((each) => isAt(each.place, place) && !each.problem);
export const waitWords = (): string => words("waits");

// `changed` is called whenever the place may look different, also after somebody has left it.
export function bring(place: Place, files: Iterable<File>, changed: () => void): void {
  for (const file of files) {
    const each: Coming = { place, name: file.name, part: 0, bar: null, problem: "", request: null };
    const there = readDraft(place).files;
    const onTheWay = [...coming].filter((other) => isAt(other.place, place) && !other.problem);
    const bytes = there.reduce((sum, kept) => sum + (kept.bytes ?? 0), file.size);
    coming.add(each);
    if (there.length + onTheWay.length >= number("mostFiles")) each.problem = words("tooMany");
    else if (bytes > number("mostBytes")) each.problem = words("tooLarge");
    else queue.push(() => start(each, file, changed));
  }
  goOn();
  changed();
}

function goOn(): void {
  const next = busy ? undefined : queue.shift();
  if (!next) return;
  busy = true;
  next();
}

function start(each: Coming, file: File, changed: () => void): void {
  const [request, unanswered] = [new XMLHttpRequest(), words("unanswered")];
  request.onloadend = () => { busy = false; goOn(); };
  if (!coming.has(each)) { request.onloadend(new ProgressEvent("loadend")); return; } // taken away before its turn
  each.request = request;
  request.open("POST", `/desk/c/${each.place.conversation}/outgoing?name=${encodeURIComponent(file.name)}`);
  request.setRequestHeader("HX-Request", "true");
  request.setRequestHeader("X-CSRF-Token", csrfToken());
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.upload.onprogress = (event) => {
    each.part = event.total ? event.loaded / event.total : 0;
    if (each.bar) each.bar.value = each.part;
  };
  request.onabort = () => { coming.delete(each); changed(); };
  request.onerror = () => { each.problem = unanswered; changed(); };
  request.onload = () => {
    if (request.status === 200) {
      coming.delete(each);
      keepFile(each.place, JSON.parse(request.responseText) as DraftFile);
    } else each.problem = (request.status < 500 && sentenceOf(request.responseText)) || unanswered;
    changed();
  };
  request.send(file);
}

// Brings one file that no draft keeps; `unanswered` are the words for when nobody knows.
export async function bringOne(path: string, file: File, unanswered: string): Promise<{ id: number; problem: string }> {
  const headers = { "HX-Request": "true", "X-CSRF-Token": csrfToken(), "Content-Type": "application/octet-stream" };
  try {
    const response = await fetch(`${path}?name=${encodeURIComponent(file.name)}`, { method: "POST", headers, body: file });
    if (response.ok) return { id: ((await response.json()) as DraftFile).id, problem: "" };
    const problem = response.status < 500 ? sentenceOf(await response.text()) : "";
    return { id: 0, problem: problem || unanswered };
  } catch {
    return { id: 0, problem: unanswered };
  }
}

function drop(place: Place, id: number): void {
  dropFile(place, id);
  const headers = { "HX-Request": "true", "X-CSRF-Token": csrfToken() };
  // Should nobody hear of it, the server forgets the file in a day.
  void fetch(`/desk/outgoing/${id}/drop`, { method: "POST", headers }).catch(() => undefined);
}

export function showFiles(place: Place, changed: () => void): void {
  const shown = list();
  const template = find<HTMLTemplateElement>("#box-file");
  if (!shown || !template) return;
  const blank = (): HTMLElement => (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
  const kept = readDraft(place).files.map((file) => showKept(blank(), file, () => { drop(place, file.id); changed(); }));
  const others = [...coming].filter((each) => isAt(each.place, place));
  const focused = [...shown.children].findIndex((item) => item.contains(document.activeElement));
  shown.replaceChildren(...kept, ...others.map((each) => showComing(blank(), each, changed)));
  if (focused < 0) return;
  // Keys go on where they were: at the same file, or what stands in its place now.
  const next = shown.children[Math.min(focused, shown.children.length - 1)];
  (next ? find<HTMLElement>("[data-drop-file]", next) : find<HTMLElement>("#text"))?.focus();
}

function showKept(item: HTMLElement, file: DraftFile, remove: () => void): HTMLElement {
  fill(item, file.name, file.link ? `${file.size}, ${words("asLink")}` : file.size, remove);
  const picture = find<HTMLImageElement>("img", item);
  if (picture && file.kind === "image") {
    picture.src = `/desk/outgoing/${file.id}`;
    picture.hidden = false;
    picture.onerror = () => { picture.hidden = true; };
  }
  return item;
}

function showComing(item: HTMLElement, each: Coming, changed: () => void): HTMLElement {
  fill(item, each.name, each.problem, () => {
    coming.delete(each);
    if (each.request && each.request.readyState !== XMLHttpRequest.DONE) each.request.abort();
    changed();
  });
  item.classList.toggle("is-refused", each.problem !== "");
  if (each.problem) item.setAttribute("role", "alert");
  const progress = find<HTMLProgressElement>("progress", item);
  if (progress && !each.problem) {
    progress.hidden = false;
    progress.value = each.part;
    each.bar = progress;
    progress.setAttribute("aria-label", each.name);
  }
  return item;
}

function fill(item: HTMLElement, name: string, note: string, remove: () => void): void {
  const [named, noted] = [find(".box-file-name", item), find(".box-file-size", item)];
  if (named) named.textContent = name;
  if (noted) noted.textContent = note;
  const button = find<HTMLButtonElement>("[data-drop-file]", item);
  button?.addEventListener("click", remove);
  button?.setAttribute("aria-label", `${button.title} ${name}`);
}

// What was dragged here or copied: nothing where it is only words.
export function filesOf(data: DataTransfer | null): File[] {
  return data ? [...data.files] : [];
}
