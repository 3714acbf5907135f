// Files of the conversation. They are fetched with the session's pass, so an address alone opens nothing, and
// pictures are drawn, not linked: a site's policy need not allow them.

import { el, icon } from "./dom";
import type { SharedFile } from "./frames";
import { sayFileSize } from "./tray";
import { say } from "./words";

const DRAWN = new Set(["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"]);
const REMEMBERED = 30;

export class Shared {
  pass = "";
  readonly #got = new Map<string, Promise<Blob>>();

  constructor(private readonly place: string) {}

  get(message: number, { number }: SharedFile): Promise<Blob> {
    const path = `${message}/${number}`;
    const known = this.#got.get(path);
    if (known !== undefined) return known;
    const coming = this.#fetch(path);
    this.#got.set(path, coming);
    coming.catch(() => this.#got.delete(path));
    const [oldest] = this.#got.keys();
    if (this.#got.size > REMEMBERED && oldest !== undefined) this.#got.delete(oldest);
    return coming;
  }

  forget(): void {
    this.#got.clear();
    this.pass = "";
  }

  async #fetch(path: string): Promise<Blob> {
    const headers = { Authorization: `Bearer ${this.pass}` };
    const answer = await fetch(`${this.place}/${path}`, { headers, credentials: "omit" });
    if (!answer.ok) throw new Error(`file: ${answer.status}`);
    return answer.blob();
  }
}

/** A file of a message as it stands in the log; `message` is null until the server has it. */
export function makeFile(file: SharedFile, message: number | null, owner: string, shared: Shared): HTMLElement {
  const name = file.name ?? say("file");
  if (message === null) return makeLabel(name, file.size);
  const node = el("button", { class: "file", type: "button", "aria-label": say("fileSave", { name }) });
  node.addEventListener("click", () => void save(node, shared.get(message, file), name));
  if (!DRAWN.has(file.mime ?? "")) {
    node.append(makeLabel(name, file.size));
    return node;
  }
  const canvas = el("canvas", { role: "img", "aria-label": `${say("image", { name: owner })}: ${name}` });
  node.classList.add("drawn");
  node.append(canvas);
  whenSeen(node, async () => {
    try {
      draw(canvas, await createImageBitmap(await shared.get(message, file)));
    } catch {
      node.classList.remove("drawn"); // gone, or of a kind this browser cannot show
      node.replaceChildren(makeLabel(name, file.size));
    }
  });
  return node;
}

function makeLabel(name: string, size: number | null): HTMLElement {
  return el("span", { class: "label" }, icon("clip"), el("span", {}, name, size === null ? "" : ` · ${sayFileSize(size)}`));
}

function draw(canvas: HTMLCanvasElement, picture: ImageBitmap): void {
  const scale = Math.min(1, 800 / Math.max(picture.width, picture.height)); // twice what is shown
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  canvas.dataset["drawn"] = "";
}

function whenSeen(node: HTMLElement, act: () => Promise<void>): void {
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
    watch.disconnect();
    void act();
  });
  watch.observe(node);
}

async function save(node: HTMLElement, coming: Promise<Blob>, name: string): Promise<void> {
  try {
    const url = URL.createObjectURL(await coming);
    el("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  } catch {
    node.append(el("span", { class: "gone", role: "alert" }, say("fileGone")));
  }
}
