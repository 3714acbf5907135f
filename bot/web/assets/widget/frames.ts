// What travels over the WebSocket. The other side of it: bot/web/chat_socket.py and, for messages,
// connectors/webchat/payload.py.

export type Author = "contact" | "bot" | "staff" | "system";

export interface Choice {
  title: string;
  payload: string;
  url: string | null;
}

/** A file of a message; it lies at `/chat/<account>/files/<id of the message>/<number>`. */
export interface SharedFile {
  number: number;
  kind: string;
  name: string | null;
  mime: string | null;
  size: number | null;
}

export interface ServerMessage {
  type: "message";
  id: number;
  author: Author;
  name: string | null;
  text: string;
  buttons: Choice[];
  image: string | null;
  files?: SharedFile[];
  at: string;
  client_id?: string;
}

/** Who speaks for the brand now; `by` is the moment a person was promised for, `there`: somebody is at work. */
export interface Holder {
  who: "bot" | "queue" | "staff";
  name: string | null;
  by: string | null;
  there: boolean;
}

/** What is known of the brand before anybody is a visitor. */
export interface About {
  title: string;
  greeting: string;
  text_max: number;
  consent: { text: string; link: string | null; version: string } | null;
  ask: ("name" | "email")[];
  ask_required: boolean;
  files: { largest: number; most: number; kinds: string[] };
}

/** What the visitor agreed to, and told, before writing. */
export interface Told {
  consent: string | null;
  at: string;
  name: string | null;
  email: string | null;
  /** The address was left for the answer, while nobody was at work. */
  answers?: boolean;
}

/** What the site's server signed: an id with its hash, or a token. */
export type Identity = Record<string, string>;

export interface Welcome extends About {
  type: "welcome";
  token: string | null;
  pass: string;
  thread: string;
  /** Why the identity that came with the hello does not count: for the site's developer. */
  doubt: string | null;
  holder: Holder;
  messages: ServerMessage[];
  earlier: boolean;
  behind: boolean;
}

export type ServerFrame =
  | Welcome
  | ServerMessage
  | { type: "history"; messages: ServerMessage[]; earlier: boolean }
  | { type: "ack"; id: string; message_id: number }
  | { type: "pass"; pass: string; thread: string }
  | { type: "told" }
  | { type: "typing"; author: Author; name: string | null }
  | { type: "holder"; holder: Holder }
  | { type: "error"; code: string; text: string; id: string | null; retry_after: number | null }
  | { type: "pong" };

export type ClientFrame =
  | { type: "hello"; token: string; after: number; thread: string | null; told: Told | null; identity: Identity | null }
  | { type: "told"; told: Told }
  /** A pressed button says its `payload`; `text` is what stood on it. */
  | { type: "message"; id: string; text: string; payload?: string; files?: { ref: string; name: string }[] }
  | { type: "history"; before: number }
  | { type: "typing" }
  | { type: "read"; message_id: number }
  | { type: "ping" };

const known = new Set(["welcome", "message", "history", "ack", "pass", "told", "typing", "holder", "error", "pong"]);

/** A frame of a newer server that this widget does not know is null: skipped, never an error. */
export function parseFrame(data: unknown): ServerFrame | null {
  if (typeof data !== "string") return null;
  const frame = JSON.parse(data) as { type?: unknown };
  return typeof frame.type === "string" && known.has(frame.type) ? (frame as ServerFrame) : null;
}
