// Where the visitor writes. Enter sends, Shift+Enter breaks the line; the draft outlives the page.

import { el, icon } from "./dom";
import type { Brought } from "./memory";
import type { Tray } from "./tray";
import { say } from "./words";

const NEAR_LIMIT = 0.9; // of the longest text, from where on the rest is shown
const TALLEST = 120; // px the box grows to before it scrolls

export interface ComposerActions {
  send(text: string, files: Brought[]): void;
  typing(): void;
  keepDraft(text: string): void;
}

export class Composer {
  textMax = 4000;
  readonly #box = el("textarea", { id: "box", rows: 1, dir: "auto", placeholder: say("write"), autocomplete: "off" });
  readonly #room = el("p", { class: "room", role: "status" });
  readonly #press = el("button", { class: "send", type: "submit", "aria-label": say("send") }, icon("send"));
  readonly form: HTMLFormElement;

  constructor(private readonly actions: ComposerActions, private readonly tray: Tray, draft: string) {
    const label = el("label", { for: "box", class: "aloud" }, say("write"));
    this.form = el("form", { class: "composer" }, tray.list, tray.said, tray.press, tray.input, label, this.#box, this.#press, this.#room);
    this.#box.addEventListener("paste", (event) => {
      if (!event.clipboardData?.files.length) return;
      event.preventDefault();
      tray.add(event.clipboardData.files);
    });
    this.#box.value = draft;
    this.#box.addEventListener("input", () => {
      this.actions.keepDraft(this.#box.value);
      if (this.#box.value.trim() !== "") this.actions.typing();
      this.fit();
    });
    this.#box.addEventListener("keydown", (event) => {
      // While an input method composes a word, Enter belongs to it.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
      this.#box.focus();
    });
  }

  forget(): void {
    this.#box.value = "";
    this.tray.clear();
  }

  focus(): void {
    this.#box.focus();
  }

  fit(): void {
    this.#box.style.height = "auto";
    this.#box.style.height = `${Math.min(TALLEST, this.#box.scrollHeight + 2)}px`;
    const length = [...this.#box.value].length;
    const over = length - this.textMax;
    const nothing = this.#box.value.trim() === "" && this.tray.empty;
    this.#press.disabled = nothing || over > 0 || !this.tray.ready;
    if (over > 0) this.#room.textContent = say("tooLong", { n: over });
    else this.#room.textContent = length > this.textMax * NEAR_LIMIT ? `${length} / ${this.textMax}` : "";
  }

  #submit(): void {
    const text = this.#box.value.trim();
    if ((text === "" && this.tray.empty) || [...text].length > this.textMax || !this.tray.ready) return;
    this.#box.value = "";
    this.actions.keepDraft("");
    this.actions.send(text, this.tray.take());
    this.fit();
  }
}
