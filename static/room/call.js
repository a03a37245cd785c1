// One stay in the room: what we send, and what the other party sends to us.

import { Session } from "./janus.js";

export class Call {
  #facts;
  #on;
  #session = null;
  #sending = null; // { handle, peer, senders }
  #watching = null; // { handle, peer, feed }

  // `on` hears of: trouble(isBad), lost(error), came(stream), left(), destroyed()
  constructor(facts, on) {
    this.#facts = facts;
    this.#on = on;
  }

  // Enter the room with these tracks; raises Refusal or an error of the network.
  async enter(tracks) {
    const { url, core_token: token } = this.#facts;
    this.#session = await Session.open(url, token, this.#on);
    const handle = await this.#session.attach((event) => this.#hear(event));
    const { room, participant: id, name: display, room_token } = this.#facts;
    const joining = { request: "join", ptype: "publisher", room, id, display, token: room_token };
    const joined = await handle.ask(joining);
    await this.#send(handle, tracks);
    this.#watchOther(joined.publishers);
  }

  // Send another track, or nothing.
  async replace(kind, track) {
    await this.#sending?.senders[kind].replaceTrack(track);
  }

  close() {
    this.#session?.close();
    this.#sending?.peer.close();
    this.#watching?.peer.close();
    this.#session = this.#sending = this.#watching = null;
  }

  async #send(handle, tracks) {
    const peer = this.#peer(handle);
    // Both lines are there from the start, so that a camera can be turned on later without a new agreement.
    const senders = Object.fromEntries(
      ["audio", "video"].map((kind) => [kind, peer.addTransceiver(kind, { direction: "sendonly" }).sender]),
    );
    this.#sending = { handle, peer, senders };
    for (const kind of ["audio", "video"]) await senders[kind].replaceTrack(tracks[kind]);
    await peer.setLocalDescription();
    const { jsep } = await handle.ask({ request: "publish" }, peer.localDescription);
    await peer.setRemoteDescription(jsep);
  }

  #hear(event) {
    const data = event.plugindata?.data ?? {};
    if (event.janus === "hangup") this.#on.lost(new Error("The connection broke."));
    if (data.videoroom === "destroyed") this.#on.destroyed();
    if (data.publishers) this.#watchOther(data.publishers);
    const gone = data.unpublished ?? data.leaving;
    if (gone && gone === this.#watching?.feed) this.#unwatch();
  }

  #watchOther(publishers = []) {
    const other = publishers.at(-1);
    if (other) this.#watch(other.id).catch((error) => this.#session && this.#on.lost(error));
  }

  async #watch(feed) {
    if (this.#watching) this.#unwatch();
    const session = this.#session;
    const handle = await session.attach(() => {});
    if (session !== this.#session) return;
    const peer = this.#peer(handle);
    const stream = new MediaStream();
    this.#watching = { handle, peer, feed };
    peer.ontrack = ({ track }) => stream.addTrack(track);
    const { room, room_token: token } = this.#facts;
    const { jsep } = await handle.ask({ request: "join", ptype: "subscriber", room, token, streams: [{ feed }] });
    await peer.setRemoteDescription(jsep);
    await peer.setLocalDescription();
    await handle.ask({ request: "start" }, peer.localDescription);
    this.#on.came(stream);
  }

  #unwatch() {
    const { handle, peer } = this.#watching;
    this.#watching = null;
    peer.close();
    this.#session?.detach(handle);
    this.#on.left();
  }

  #peer(handle) {
    const peer = new RTCPeerConnection({ iceServers: this.#facts.ice_servers });
    peer.onicecandidate = ({ candidate }) => handle.trickle(candidate);
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === "failed") this.#on.lost(new Error("The connection failed."));
    };
    return peer;
  }
}
