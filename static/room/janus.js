// A small client of Janus' HTTP interface: one session, its handles, and the long poll that brings events.

const PLUGIN = "janus.plugin.videoroom";
const SIGN_OF_LIFE = 5_000; // Janus ends a session that is silent for 20 s
const PATIENCE = 8_000;
const LONGEST_POLL = 40_000; // Janus itself answers after 30 s
const PAUSE = 1_000;

export const NO_ROOM = 426;
export const ALREADY_INSIDE = 436;
export const NO_SESSION = 458;

// Janus understood and refuses; anything else that goes wrong is the network.
export class Refusal extends Error {
  constructor(code) {
    super(`Janus refuses (${code}).`);
    this.code = code;
  }
}

export class Session {
  #waiting = new Map();
  #handles = new Map();
  #url;
  #token;
  #on;
  #isOpen = true;
  #poll = null;
  #signOfLife;

  // `on.trouble(isBad)` tells of bad and good connections, `on.lost(error)` of a session that is no more.
  static async open(url, token, on) {
    const { data } = await post(url, { janus: "create", token });
    return new Session(`${url}/${data.id}`, token, on);
  }

  constructor(url, token, on) {
    this.#url = url;
    this.#token = token;
    this.#on = on;
    this.#signOfLife = setInterval(() => this.#sayAlive(), SIGN_OF_LIFE);
    this.#listen();
  }

  // `hear(event)` gets what Janus says to this handle.
  async attach(hear) {
    const { data } = await this.#send("", { janus: "attach", plugin: PLUGIN });
    const handle = new Handle(data.id, (message) => this.#request(`/${data.id}`, message));
    this.#handles.set(data.id, hear);
    return handle;
  }

  detach(handle) {
    this.#handles.delete(handle.id);
    this.#send(`/${handle.id}`, { janus: "detach" }).catch(() => {});
  }

  // Say goodbye so that it arrives even when the page is closed.
  close() {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearInterval(this.#signOfLife);
    this.#poll?.abort();
    const goodbye = { janus: "destroy", token: this.#token, transaction: transaction() };
    navigator.sendBeacon(this.#url, JSON.stringify(goodbye));
  }

  #send(path, message) {
    return post(this.#url + path, { ...message, token: this.#token });
  }

  // Send a message; where Janus only acknowledges it, wait for the event that answers it.
  async #request(path, message) {
    const number = transaction();
    const event = new Promise((resolve, reject) => {
      this.#waiting.set(number, resolve);
      setTimeout(() => reject(new Error("Janus does not answer.")), PATIENCE);
    });
    event.catch(() => {}); // it may be that nobody waits for it any more
    try {
      const answer = await this.#send(path, { ...message, transaction: number });
      return read(answer.janus === "ack" && message.janus === "message" ? await event : answer);
    } finally {
      this.#waiting.delete(number);
    }
  }

  async #listen() {
    while (this.#isOpen) {
      this.#poll = new AbortController();
      const late = setTimeout(() => this.#poll.abort(), LONGEST_POLL);
      try {
        const events = await fetched(`${this.#url}?maxev=10&token=${encodeURIComponent(this.#token)}`, {
          signal: this.#poll.signal,
        });
        this.#on.trouble(false);
        for (const event of [events].flat()) this.#hear(event);
      } catch (error) {
        await this.#suffer(error);
      } finally {
        clearTimeout(late);
      }
    }
  }

  #hear(event) {
    const waiting = this.#waiting.get(event.transaction);
    if (waiting && event.janus === "event") waiting(event);
    else this.#handles.get(event.sender)?.(event);
  }

  async #sayAlive() {
    try {
      await this.#send("", { janus: "keepalive" });
      if (this.#isOpen) this.#on.trouble(false);
    } catch (error) {
      if (error instanceof Refusal) this.#suffer(error);
      else this.#poll?.abort(); // it may wait on a connection that is dead
    }
  }

  async #suffer(error) {
    if (!this.#isOpen) return;
    if (error instanceof Refusal) {
      this.close();
      this.#on.lost(error);
      return;
    }
    this.#on.trouble(true);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

class Handle {
  constructor(id, request) {
    this.id = id;
    this.request = request;
  }

  // Ask the video rooms; return what they say and, where there is one, their description of the media.
  ask(body, jsep) {
    return this.request({ janus: "message", body, ...(jsep && { jsep }) });
  }

  trickle(candidate) {
    // Some browsers end with nothing, some with an empty one.
    const told = candidate?.candidate ? candidate : { completed: true };
    this.request({ janus: "trickle", candidate: told }).catch(() => {});
  }
}

function read(answer) {
  const data = answer.plugindata?.data ?? {};
  if (data.error_code) throw new Refusal(data.error_code);
  return { ...data, jsep: answer.jsep };
}

function post(url, message) {
  const body = JSON.stringify({ transaction: transaction(), ...message });
  return fetched(url, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE) });
}

async function fetched(url, options) {
  const response = await fetch(url, { cache: "no-store", credentials: "omit", ...options });
  if (response.status === 404) throw new Refusal(NO_SESSION); // so it answers a poll after a restart
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const answer = await response.json();
  if (answer.janus === "error") throw new Refusal(answer.error.code);
  return answer;
}

function transaction() {
  return crypto.getRandomValues(new Uint32Array(2)).join("");
}
