// The list: only rows that changed are fetched, and put where their order says.

import { isBegun, placeOf, readDraft, type Mode } from "./drafts";
import { desk, fetchPart, find, openedId, place, soon, view } from "./page";
import type { Fate } from "./send";

const everyMinute = 60_000;
const changed = new Set<number>();
let all = false;

const rows = (): HTMLElement => find<HTMLElement>("#rows") as HTMLElement;
const rowsShown = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("#rows > .row:not([hidden])")];

const load = soon(async () => {
  const whole = all;
  const ids = [...changed];
  all = false;
  changed.clear();
  const part = await fetchPart(`/desk/rows?view=${view()}${whole ? "" : `&ids=${ids.join(",")}`}`);
  const fresh = part && find<HTMLElement>("#rows", part);
  if (!fresh) return;
  const gone = whole ? [...rows().children] : ids.map((id) => document.getElementById(`row-${id}`));
  const focused = (document.activeElement?.closest(".row") as HTMLElement | null)?.id;
  for (const row of gone) row?.remove();
  for (const row of [...fresh.children] as HTMLElement[]) insert(row);
  if (focused) document.getElementById(focused)?.querySelector<HTMLElement>("a")?.focus({ preventScroll: true });
  showCounts(JSON.parse(fresh.dataset["counts"] ?? "{}") as Record<string, number>);
  settle();
}, 150);

function insert(row: HTMLElement): void {
  if (row.dataset["id"]) markDraft(row);
  const order = Number(row.dataset["order"]);
  const next = [...rows().children].find((other) => Number((other as HTMLElement).dataset["order"]) < order);
  place(row, (placed) => rows().insertBefore(placed, next ?? null));
}

export function reloadRows(ids?: number[]): void {
  if (ids) for (const id of ids) changed.add(id);
  else all = true;
  load();
}

export function isListed(id: number): boolean {
  return document.getElementById(`row-${id}`) !== null;
}

function showCounts(counts: Record<string, number>): void {
  for (const [name, count] of Object.entries(counts)) {
    const element = find<HTMLElement>(`[data-count="${name}"]`);
    if (!element) continue;
    element.textContent = count.toLocaleString();
    if (element.dataset["unless0"] !== undefined) element.hidden = count === 0;
  }
  // Who waits for anybody, and who of one's own wrote last: both need this reader.
  const needing = (counts["waiting"] ?? 0) + (counts["mine_unread"] ?? 0);
  document.title = `${needing ? `(${needing.toLocaleString()}) ` : ""}${desk().dataset["title"] ?? ""}`;
}

// A row says what was begun or not sent in its conversation; the open one's box says it itself.
function markDraft(row: HTMLElement): void {
  const conversation = Number(row.dataset["id"]);
  const drafts = (["reply", "note"] as Mode[]).map((mode) => readDraft({ conversation, mode }));
  const unsent = drafts.some((draft) => isBegun(draft) && draft.problem);
  const begun = conversation !== openedId() && drafts.some(isBegun);
  find(".row-draft", row)?.remove();
  if (!unsent && !begun) return;
  const mark = document.createElement("span");
  mark.className = `row-draft${unsent ? " is-unsent" : ""}`;
  mark.textContent = desk().dataset[unsent ? "unsent" : "draft"] ?? "";
  find(".row-why", row)?.prepend(mark);
}

function markRow(conversation: number): void {
  const row = document.getElementById(`row-${conversation}`);
  if (row) markDraft(row);
}

// After anything changed: what is open is marked, what does not match is hidden, emptiness has words.
export function settle(): void {
  const opened = openedId();
  desk().classList.toggle("has-open", opened !== null);
  const wanted = (find<HTMLInputElement>("#find")?.value ?? "").trim().toLocaleLowerCase();
  const rowsAll = [...document.querySelectorAll<HTMLElement>("#rows > .row")];
  for (const row of rowsAll) {
    row.hidden = wanted !== "" && !(row.textContent ?? "").toLocaleLowerCase().includes(wanted);
    const current = Number(row.dataset["id"]) === opened;
    const turned = row.classList.contains("is-open") !== current;
    row.classList.toggle("is-open", current);
    if (turned) markDraft(row);
    const link = find("a", row);
    if (current) link?.setAttribute("aria-current", "true");
    else link?.removeAttribute("aria-current");
  }
  const empty = find<HTMLElement>("#empty");
  const notFound = find<HTMLElement>("#empty-found");
  if (empty) empty.hidden = rowsAll.length > 0;
  if (!notFound) return;
  notFound.hidden = rowsAll.length === 0 || rowsShown().length > 0;
  notFound.textContent = notFound.dataset[find(".rows-more") ? "part" : "all"] ?? "";
}

export function clearFind(): void {
  const field = find<HTMLInputElement>("#find");
  if (!field?.value) return;
  field.value = "";
  settle();
}

// Moves the focus by `step` rows, from the focused or the opened one.
export function move(step: number): void {
  const shown = rowsShown();
  const at = shown.findIndex((row) => row.contains(document.activeElement));
  const from = at >= 0 ? at : shown.findIndex((row) => row.classList.contains("is-open"));
  const to = shown[Math.min(Math.max(from + step, 0), shown.length - 1)];
  find<HTMLElement>("a", to)?.focus();
  to?.scrollIntoView({ block: "nearest" });
}

export function startList(): void {
  find<HTMLInputElement>("#find")?.addEventListener("input", settle);
  // Deadlines grow urgent and scores rise by the clock alone.
  window.setInterval(() => { if (!document.hidden) reloadRows(); }, everyMinute);
  document.addEventListener("desk:letter", (event) => markRow((event as CustomEvent<Fate>).detail.letter.conversation));
  window.addEventListener("storage", (event) => { const place = placeOf(event.key); if (place) markRow(place.conversation); });
  for (const row of rowsShown()) markDraft(row);
  settle();
}
