// Every text of the widget. A page in another language sets its own before the script:
// `VisavisWords = { send: "Senden" }`.

export const words = {
  launcher: "Chat with {title}",
  launcherUnread: { one: "Chat with {title}, {n} new message", other: "Chat with {title}, {n} new messages" },
  chat: "Chat",
  close: "Close chat",
  conversation: "Conversation",
  bot: "Assistant, a bot",
  botHere: "{title}'s assistant, a bot. A person is one tap away.",
  queue: "Waiting for a person",
  queueBy: "A person will write here by {time}. You can close this window and come back.",
  queueSoon: "A person will write here. You can close this window and come back.",
  queueAway: "Nobody is at work here now. A person will write here by {time}. You can close this window and come back.",
  queueAwaySoon: "Nobody is at work here now. A person will write here. You can close this window and come back.",
  queueLate: "This takes longer than we said. You are still in line, and nothing you wrote is lost.",
  staff: "{name}, a person",
  person: "Talk to a person",
  staffUnnamed: "A person",
  staffHere: "You are talking to a person.",
  you: "You",
  write: "Write a message",
  send: "Send",
  sending: "Sending",
  waits: "Will be sent",
  sent: "Sent",
  read: "Read",
  failed: "Not sent: {reason}",
  again: "Try again",
  remove: "Remove",
  typing: "{name} is writing",
  typingBot: "The assistant is writing",
  reconnecting: "Reconnecting. Keep writing, nothing is lost.",
  unavailable: "This chat cannot be reached from this page.",
  earlier: "Show earlier messages",
  newBelow: { one: "{n} new message", other: "{n} new messages" },
  today: "Today",
  yesterday: "Yesterday",
  image: "Picture from {name}",
  start: "Start",
  agree: "Agree and start",
  skip: "Skip",
  consentMore: "Read more",
  name: "Name",
  email: "E-mail address",
  optional: "optional",
  nameWrong: "Write your name to go on.",
  emailWrong: "Write an address like name@example.com.",
  leaveWhy: "Leave an e-mail address, and the people here can write to you there.",
  leave: "Leave address",
  leftAt: "People here see that you can be reached at {email}.",
  files: "Files to send",
  file: "File",
  addFile: "Add files of at most {most} MB",
  dropHere: "Drop files here",
  fileComing: "{name} is on its way",
  fileRemove: "Remove {name}",
  fileSave: "Save {name}",
  fileLarge: "{name} is larger than {most} MB.",
  fileEmpty: "{name} is empty.",
  fileKind: "{name} is of a kind that is not taken here.",
  fileNot: "{name} was not added: {reason}",
  fileOffline: "No connection.",
  fileGone: "This file cannot be had now.",
  filesMost: { one: "At most {n} file in one message.", other: "At most {n} files in one message." },
  tooLong: "{n} characters too many",
} as const;

export type Plural = { readonly one: string; readonly other: string };
export type Words = { [Name in keyof typeof words]: (typeof words)[Name] extends string ? string : Plural };
type Facts = Record<string, string | number>;

let spoken: Words = words;

export function use(own: Partial<Words>): void {
  spoken = { ...spoken, ...own };
}

/** The text `name` with `{fact}` filled in; a plural is chosen by the fact `n`. */
export function say(name: keyof Words, facts: Facts = {}): string {
  const entry = spoken[name];
  const text = typeof entry === "string" ? entry : choose(entry, Number(facts["n"]));
  return text.replace(/\{(\w+)\}/g, (_, fact: string) => String(facts[fact] ?? ""));
}

function choose(plural: Plural, count: number): string {
  const rule = new Intl.PluralRules(document.documentElement.lang || undefined).select(count);
  return (plural as Record<string, string>)[rule] ?? plural.other;
}
