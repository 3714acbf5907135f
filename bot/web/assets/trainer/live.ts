// Live events: other trainers' decisions, new sentences, the progress of a training, releases.

import { followEvents, type LiveEvent } from "../staff/events";
import { htmx } from "../staff/frame";
import { fetchPart, find, soon } from "../staff/parts";

const tab = (): string => find<HTMLElement>("main.trainer")?.dataset["tab"] ?? "teach";
const shownCorrection = (): string | undefined => find<HTMLElement>("#teach [data-correction]")?.dataset["correction"];
const shownSentence = (): string | undefined => find<HTMLElement>("#teach [data-proposal]")?.dataset["proposal"];

const everyLag = 3_000;
let lagTimer = 0;
let deciding = false;

async function replace(path: string, selector: string): Promise<void> {
  const part = await fetchPart(path);
  const [fresh, present] = [part && find<HTMLElement>(selector, part), find<HTMLElement>(selector)];
  if (!fresh || !present) return;
  // Somebody reads on with the keyboard: what has the focus keeps it.
  const name = present.contains(document.activeElement) ? document.activeElement?.tagName.toLowerCase() : undefined;
  present.replaceWith(fresh);
  htmx.process(fresh);
  if (name) find<HTMLElement>(name, fresh)?.focus();
}

const loadTabs = soon(async () => {
  await replace(`/trainer/tabs?tab=${tab()}`, "#tabs");
  showLeft();
  if (tab() === "teach" && !shownSentence() && left() > 0 && !deciding) next("/trainer");
  if (tab() === "triage" && !shownCorrection() && left() > 0 && !deciding) next("/trainer/triage");
}, 1_000);

const loadTraining = soon(async () => {
  const before = find<HTMLElement>("#training")?.dataset["state"];
  await replace("/trainer/training", "#training");
  const now = find<HTMLElement>("#training")?.dataset["state"];
  if (tab() === "models" && before === "running" && now === "done") loadModels();
}, 300);

const loadModels = soon(async () => {
  const shown = new URLSearchParams(location.search).get("m");
  await replace(`/trainer/models${shown ? `?m=${shown}` : ""}`, "#models");
  watchLag();
}, 300);

// A new model is loaded in a moment: look again until it is, so that the warning goes away by itself.
function watchLag(): void {
  window.clearTimeout(lagTimer);
  if (find("#lagging")) lagTimer = window.setTimeout(loadModels, everyLag);
}

function next(path: string): void {
  htmx.ajax("get", path, { target: "#teach", swap: "innerHTML" }).catch(() => undefined);
}

function left(): number {
  return Number(find<HTMLElement>("#tabs")?.dataset["left"] ?? 0);
}

function showLeft(): void {
  const title = find<HTMLElement>("main.trainer")?.dataset["title"] ?? "";
  document.title = left() ? `(${left()}) ${title}` : title;
}

function refreshAll(): void {
  loadTabs();
  loadTraining();
  if (tab() === "models") loadModels();
}

function take(event: LiveEvent): void {
  if (event.kind === "reset") refreshAll();
  if (event.kind === "training") loadTraining();
  if (event.kind === "release") {
    loadTraining();
    if (tab() === "models") loadModels();
  }
  if (event.kind === "answered" || (event.kind === "message" && event.author === "staff")) loadTabs();
  if (event.kind === "correction") {
    loadTabs();
    loadTraining();
    const shown = shownCorrection() === String(event.message_id);
    // What somebody is in the middle of changing stays; what became of it shows when it is sent.
    const busy = deciding || document.activeElement?.closest("#post-form");
    if (tab() === "triage" && shown && !busy) next("/trainer/triage");
  }
  if (event.kind !== "proposal") return;
  loadTabs();
  loadTraining();
  // A colleague decided what is on the screen here: on to the next.
  if (tab() === "teach" && !deciding && shownSentence() === String(event.proposal_id)) next("/trainer");
}

export function follow(): void {
  document.addEventListener("htmx:beforeRequest", (event) => {
    if ((event.target as Element).closest("#teach")) deciding = true;
  });
  document.addEventListener("htmx:afterRequest", () => { deciding = false; });
  document.addEventListener("htmx:afterSettle", () => { showLeft(); watchLag(); });
  document.addEventListener("htmx:afterSwap", (event) => {
    if ((event.target as Element).id === "teach") window.scrollTo(0, 0);
  });
  followEvents({ name: "trainer", take, refreshAll, ask: loadTabs });
  watchLag();
}
