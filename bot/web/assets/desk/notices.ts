// Notices: what went wrong with a conversation that is not on the screen any more.

import { find, openedId, place, unanswered, view } from "./page";

const shown = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("#notices > .notice")];

export function notify(conversation: number, who: string, sentence: string): void {
  dropNotice(conversation);
  const template = find<HTMLTemplateElement>("#notice");
  const region = find<HTMLElement>("#notices");
  const notice = template && (template.content.cloneNode(true) as DocumentFragment).querySelector<HTMLElement>(".notice");
  if (!notice || !region) return;
  const link = find<HTMLAnchorElement>("a", notice);
  const path = `/desk/c/${conversation}?view=${view()}`;
  notice.dataset["of"] = String(conversation);
  if (link) {
    link.textContent = who;
    link.href = path;
    link.setAttribute("hx-get", path);
  }
  find(".notice-words", notice)?.append(sentence);
  place(notice, (placed) => region.append(placed));
}

export function dropNotice(conversation: number | null): void {
  for (const notice of shown()) if (notice.dataset["of"] === String(conversation)) notice.remove();
}

// A problem is said where it is looked for: in the box of an open conversation, else as a notice.
export function complain(conversation: number, who: string, sentence: string): void {
  if (openedId() === conversation) showProblem(sentence);
  else if (sentence) notify(conversation, who, sentence);
}

export function showProblem(sentence: string): void {
  const line = document.createElement("p");
  line.className = "problem";
  line.textContent = sentence;
  find("#problem")?.replaceChildren(...(sentence ? [line] : []));
}

function unopened(event: Event): void {
  const link = (event.target as Element).closest<HTMLElement>(".row a, .notice a");
  if (!link) return;
  const row = link.closest<HTMLElement>(".row, .notice");
  const who = find(".row-name", link)?.textContent ?? link.textContent ?? "";
  notify(Number(row?.dataset["id"] ?? row?.dataset["of"]), who, unanswered());
}

export function startNotices(): void {
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, unopened);
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
    if (xhr.status >= 500) unopened(event); // a refusal is shown where the conversation would be
  });
  document.addEventListener("click", (event) => {
    (event.target as Element).closest("[data-close]")?.closest(".notice")?.remove();
  });
}
