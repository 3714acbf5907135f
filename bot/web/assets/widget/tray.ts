// Files the visitor adds: brought to the server at once, with progress, and sent with the next message.

import { el, icon } from "./dom";
import type { About } from "./frames";
import type { Brought } from "./memory";
import { say } from "./words";

export interface TrayActions {
  /** Where files go, and who brings them; null while nobody is known to the server. */
  place(): { url: string; token: string } | null;
  changed(): void;
}

interface Item {
  file: File;
  node: HTMLElement;
  brought: Brought | null;
  stop(): void;
}

export class Tray {
  limits: About["files"] = { largest: 0, most: 0, kinds: [] };
  readonly input = el("input", { type: "file", multiple: true, hidden: true, tabindex: -1, "aria-hidden": true });
  readonly press = el("button", { class: "add", type: "button", hidden: true }, icon("clip"));
  readonly list = el("ul", { class: "tray", hidden: true, "aria-label": say("files") });
  readonly said = el("p", { class: "room", role: "status" });
  #items: Item[] = [];

  constructor(private readonly actions: TrayActions) {
    this.press.addEventListener("click", () => this.input.click());
    this.input.addEventListener("change", () => {
      this.add(this.input.files);
      this.input.value = ""; // the same one may be chosen again
    });
  }

  render(limits: About["files"]): void {
    this.limits = limits;
    this.press.hidden = limits.largest === 0;
    this.input.accept = limits.kinds.join();
    const what = say("addFile", { most: limits.largest / 1e6 });
    this.press.setAttribute("aria-label", what);
    this.press.title = what;
  }

  /** Nothing more is on its way: what is here can be sent. */
  get ready(): boolean {
    return this.#items.every(({ brought }) => brought !== null);
  }

  get empty(): boolean {
    return this.#items.length === 0;
  }

  add(files: FileList | null): void {
    if (this.limits.largest === 0) return;
    this.said.textContent = "";
    for (const file of files ?? []) {
      const wrong = this.#findWrong(file);
      if (wrong === null) this.#bring(file);
      else this.said.textContent = wrong;
    }
    this.#changed();
  }

  /** Hand over what was brought; the tray is empty then. */
  take(): Brought[] {
    const brought = this.#items.flatMap((item) => item.brought ?? []).map((file, number) => ({ ...file, number }));
    this.clear();
    return brought;
  }

  clear(): void {
    for (const item of this.#items) item.stop();
    this.#items = [];
    this.said.textContent = "";
    this.list.replaceChildren();
    this.#changed();
  }

  #findWrong({ name, size, type }: File): string | null {
    const { largest, most, kinds } = this.limits;
    if (this.#items.length >= most) return say("filesMost", { n: most });
    if (size > largest) return say("fileLarge", { name, most: largest / 1e6 });
    if (size === 0) return say("fileEmpty", { name });
    return type === "" || kinds.includes(type) ? null : say("fileKind", { name });
  }

  #bring(file: File): void {
    const bar = el("progress", { max: 1, value: 0, "aria-label": say("fileComing", { name: file.name }) });
    const state = el("span", { class: "state" });
    const off = el("button", { type: "button", "aria-label": say("fileRemove", { name: file.name }) }, icon("close"));
    const node = el("li", {}, el("span", { class: "name" }, file.name), bar, state, off);
    const item: Item = { file, node, brought: null, stop: () => {} };
    off.addEventListener("click", () => this.#remove(item));
    this.#items.push(item);
    this.list.append(node);
    this.#send(item, bar, state);
  }

  #send(item: Item, bar: HTMLProgressElement, state: HTMLElement): void {
    const place = this.actions.place();
    if (place === null) return this.#fail(item, bar, state, say("fileOffline"));
    const call = new XMLHttpRequest(); // fetch tells no progress
    item.stop = () => call.abort();
    state.replaceChildren();
    bar.hidden = false;
    call.open("POST", place.url);
    call.setRequestHeader("Authorization", `Bearer ${place.token}`);
    call.setRequestHeader("Content-Type", "application/octet-stream");
    call.upload.onprogress = ({ loaded, total }) => (bar.value = total === 0 ? 0 : loaded / total);
    call.onerror = () => this.#fail(item, bar, state, say("fileOffline"));
    call.onload = () => {
      const answer = readAnswer(call.responseText);
      if (call.status !== 200) return this.#fail(item, bar, state, String(answer["text"] ?? say("fileOffline")));
      item.brought = { number: 0, name: item.file.name, ...answer } as Brought;
      bar.hidden = true;
      state.textContent = sayFileSize(item.file.size);
      this.#changed();
    };
    call.send(item.file);
  }

  #fail(item: Item, bar: HTMLProgressElement, state: HTMLElement, why: string): void {
    bar.hidden = true;
    const again = el("button", { type: "button", click: () => this.#send(item, bar, state) }, say("again"));
    state.replaceChildren(why, " ", again);
    this.said.textContent = say("fileNot", { name: item.file.name, reason: why });
  }

  #remove(item: Item): void {
    item.stop();
    item.node.remove();
    this.#items = this.#items.filter((each) => each !== item);
    this.said.textContent = "";
    this.#changed();
    this.press.focus();
  }

  #changed(): void {
    this.list.hidden = this.empty;
    this.actions.changed();
  }
}

function readAnswer(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {}; // a proxy's own page
  }
}

export function sayFileSize(size: number): string {
  return size < 1e6 ? `${Math.max(1, Math.round(size / 1e3))} kB` : `${(size / 1e6).toFixed(1)} MB`;
}
