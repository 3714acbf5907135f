// What a message was judged to be: one press opens it, another corrects it. Nothing else on the desk changes.

import { complain } from "./notices";
import { find, openedId, openedName, unanswered } from "./page";
import { post } from "./post";
import { loadMessage } from "./thread";

const marks = (): HTMLDetailsElement[] => [...document.querySelectorAll<HTMLDetailsElement>("#messages .mark")];

// `c`: the last thing the customer said.
export function openLastMark(): void {
  const last = marks().at(-1);
  if (!last) return;
  last.open = true;
  (find<HTMLElement>("button", last) ?? find<HTMLElement>("summary", last))?.focus();
}

export function closeMarks(except: Element | null = null): void {
  for (const mark of marks()) {
    if (mark === except || !mark.open) continue;
    const hadFocus = mark.contains(document.activeElement);
    mark.open = false;
    if (hadFocus) find<HTMLElement>("summary", mark)?.focus();
  }
}

async function correct(mark: HTMLElement, form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
  const id = openedId();
  const message = Number(mark.dataset["message"]);
  if (id === null || mark.ariaBusy === "true") return;
  const who = openedName();
  const fields: Record<string, string> = button.name ? { [button.name]: button.value } : {};
  mark.ariaBusy = "true"; // the buttons are not disabled: what is loses the focus
  // Not `button.formAction`: without an address of its own that is the page's.
  const path = button.getAttribute("formaction") ?? form.action;
  const problem = await post(path, fields, unanswered());
  mark.ariaBusy = "false";
  if (problem) complain(id, who, problem);
  if (openedId() === id) await loadMessage(message);
}

export function startMarks(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const mark = form.closest<HTMLElement>(".mark");
    if (!mark || !(event.submitter instanceof HTMLButtonElement)) return;
    event.preventDefault();
    void correct(mark, form, event.submitter);
  });
  document.addEventListener("toggle", (event) => {
    const mark = event.target as Element;
    if (mark.matches(".mark[open]")) mark.scrollIntoView({ block: "nearest" });
  }, true);
  document.addEventListener("click", (event) => closeMarks((event.target as Element).closest(".mark")));
}
