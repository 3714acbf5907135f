// The log on the screen. A row's node is kept while its entry lives, so that nothing is read aloud twice.

import type { Conversation } from "./conversation";
import { el, icon } from "./dom";
import { layOut, makeGhosts, type Row, type RowActions } from "./rows";
import { say } from "./words";

const NEAR_END = 48; // px from the end within which new messages scroll into view

interface Shown {
  node: HTMLElement;
  look: string;
  dressed: string;
}

export class Thread {
  readonly log = el("div", { class: "log", role: "log", "aria-live": "polite", tabindex: 0 });
  readonly jump = el("button", { class: "jump", type: "button", hidden: true, click: () => this.scrollToEnd() });
  readonly #shown = new Map<string, Shown>();
  #below = 0; // messages that came while the reader was further up

  constructor(private readonly actions: RowActions) {
    this.log.setAttribute("aria-label", say("conversation"));
    this.log.addEventListener("scroll", () => this.#atEnd() && this.#count(0), { passive: true });
    new ResizeObserver(() => this.#below === 0 && this.scrollToEnd()).observe(this.log);
  }

  showGhosts(): void {
    this.#shown.clear();
    this.log.setAttribute("aria-busy", "true"); // a past that is being fetched is not read out
    this.log.replaceChildren(...makeGhosts());
  }

  render(conversation: Conversation): void {
    if (this.log.getAttribute("aria-busy") === "true") this.log.replaceChildren();
    const follows = this.#atEnd();
    const anchor = this.log.lastElementChild as HTMLElement | null;
    const top = anchor?.offsetTop ?? 0;
    this.#place(layOut(conversation, this.actions));
    this.log.setAttribute("aria-busy", "false");
    if (follows || !anchor?.isConnected) this.scrollToEnd();
    else {
      this.log.scrollTop += anchor.offsetTop - top; // what was prepended pushes nothing away
      this.#count(this.#below + countHeardAfter(anchor));
    }
  }

  focus(): void {
    this.log.focus({ preventScroll: true });
  }

  scrollToEnd(): void {
    this.log.scrollTop = this.log.scrollHeight;
    this.#count(0);
  }

  #atEnd(): boolean {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_END;
  }

  #count(below: number): void {
    this.#below = below;
    if (below === 0 && this.jump.matches(":focus")) this.focus();
    this.jump.hidden = below === 0;
    if (below > 0) this.jump.replaceChildren(icon("down"), say("newBelow", { n: below }));
  }

  #place(rows: Row[]): void {
    const wanted = new Set(rows.map(({ key }) => key));
    for (const [key, { node }] of this.#shown) {
      if (wanted.has(key)) continue;
      node.remove();
      this.#shown.delete(key);
    }
    let expected = this.log.firstElementChild;
    for (const row of rows) {
      const node = this.#draw(row);
      if (node === expected) expected = node.nextElementSibling;
      else this.log.insertBefore(node, expected);
    }
  }

  #draw(row: Row): HTMLElement {
    const shown = this.#shown.get(row.key) ?? { node: row.make(), look: row.look, dressed: "" };
    this.#shown.set(row.key, shown);
    if (shown.look !== row.look) {
      shown.node.replaceChildren(...row.make().childNodes);
      Object.assign(shown, { look: row.look, dressed: "" });
    }
    if (row.dress !== undefined && shown.dressed !== row.dress.look) {
      shown.node.className = row.dress.classes;
      const tail = row.dress.tail().filter((part): part is HTMLElement => part !== null);
      shown.node.querySelector(".tail")?.replaceChildren(...tail);
      shown.dressed = row.dress.look;
    }
    return shown.node;
  }
}

function countHeardAfter(anchor: Element): number {
  let count = 0;
  for (let next = anchor.nextElementSibling; next !== null; next = next.nextElementSibling) {
    if (next.matches(".bot, .staff, .line:not(.day)")) count += 1;
  }
  return count;
}
