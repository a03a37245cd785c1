// The room page: check camera and microphone, meet, leave. What it says stands in the page, in its language.

import { Call } from "./room/call.js";
import { Loudness, list, open } from "./room/devices.js";
import { ALREADY_INSIDE, NO_ROOM, Refusal } from "./room/janus.js";

const page = document.querySelector("[data-room]");
const find = (name) => page.querySelector(`[data-${name}]`);
const facts = JSON.parse(document.getElementById("facts").textContent);
const words = document.getElementById("words").content;
const picture = { own: find("own-picture"), other: find("other-picture") };
// The sound has an element of its own: a picture that does not come must not hold it back.
const sound = find("other-sound");
const cover = { own: find("own-cover"), other: find("other-cover") };
const button = (name) => page.querySelector(`[data-do="${name}"]`);
const choice = { audio: find("microphones"), video: find("cameras") };
const loudness = new Loudness(find("loudness"));

// The browser's clock may be wrong by hours; the page's own time is what the server said it is.
const clockError = facts.now * 1000 - Date.now();
const serverNow = () => Date.now() + clockError;

const PAUSES = [0, 1_000, 2_000, 3_000];
const NO_HASTE = 15_000;
const WATCH_EVERY = 1_000;
const SHORT_ABSENCE = 60_000; // who reloads the page, or is sent for the room, is inside again at once
const STILL = 3; // so many looks without a new frame make a still picture

// What outlives a reload of this page, in this window alone.
const KEY = `room:${facts.room}`;
const kept = { insideAt: 0, isMuted: false, isCameraOff: false, chosen: {}, sentForRoomAt: 0 };
Object.assign(kept, JSON.parse(sessionStorage.getItem(KEY) ?? "{}"));

const tracks = { audio: null, video: null };
let call = null;
let isOver = false;
let isLeaving = false;

start();

async function start() {
  button("enter").onclick = () => enter();
  button("microphone").onclick = () => mute(!kept.isMuted);
  button("camera").onclick = () => turnCamera(!kept.isCameraOff);
  button("again").onclick = () => location.assign(page.dataset.joinAddress);
  button("sound").onclick = () => playSound();
  button("leave").onclick = () => leave();
  for (const [kind, select] of Object.entries(choice)) select.onchange = () => choose(kind, select.value);
  navigator.mediaDevices?.addEventListener?.("devicechange", showChoices);
  addEventListener("pagehide", () => call?.close());
  setTimeout(() => end("over"), facts.closes_at * 1000 - serverNow());
  setInterval(watchPicture, WATCH_EVERY);
  showSwitches();
  say("asking");
  const problem = await have(kept.isCameraOff ? ["audio"] : ["audio", "video"]);
  if (Date.now() - kept.insideAt < SHORT_ABSENCE) return enter();
  say(problem || "ready");
  button("enter").disabled = false;
}

// --- Camera and microphone -----------------------------------------------------------------------------

// Get these kinds of tracks, show and send them; return the problem, or "".
async function have(kinds) {
  for (const kind of kinds) tracks[kind]?.stop();
  const { problem, ...found } = await open(kinds, kept.chosen);
  for (const kind of kinds) tracks[kind] = found[kind];
  if (tracks.audio) tracks.audio.enabled = !kept.isMuted;
  for (const kind of kinds) await call?.replace(kind, tracks[kind]);
  showOwn();
  if (kinds.includes("audio")) loudness.follow(tracks.audio);
  await showChoices();
  return problem;
}

function mute(isMuted) {
  keep({ isMuted });
  if (tracks.audio) tracks.audio.enabled = !isMuted;
  showSwitches();
  say(isMuted ? "muted" : "unmuted");
}

// Off means off: the camera's light goes out.
async function turnCamera(isCameraOff) {
  keep({ isCameraOff });
  showSwitches();
  if (isCameraOff) {
    tracks.video?.stop();
    tracks.video = null;
    await call?.replace("video", null);
    showOwn();
  }
  const problem = isCameraOff ? "" : await have(["video"]);
  say(problem || (isCameraOff ? "camera_off" : "camera_on"));
}

async function choose(kind, id) {
  keep({ chosen: { ...kept.chosen, [kind]: id } });
  if (kind === "video" && kept.isCameraOff) return;
  const problem = await have([kind]);
  if (problem) say(problem);
}

async function showChoices() {
  for (const [kind, select] of Object.entries(choice)) {
    const devices = await list(kind);
    const current = tracks[kind]?.getSettings().deviceId ?? kept.chosen[kind];
    select.replaceChildren(...devices.map(({ id, label }) => new Option(label, id, false, id === current)));
    select.disabled = devices.length === 0;
  }
}

function showOwn() {
  picture.own.srcObject = tracks.video && new MediaStream([tracks.video]);
  cover.own.hidden = Boolean(tracks.video);
}

function showSwitches() {
  button("microphone").setAttribute("aria-pressed", kept.isMuted);
  button("camera").setAttribute("aria-pressed", kept.isCameraOff);
}

// --- Being inside --------------------------------------------------------------------------------------

async function enter() {
  keep({ insideAt: Date.now() });
  find("devices").open = false;
  const hadFocus = document.activeElement === button("enter");
  page.dataset.phase = "inside";
  if (hadFocus) button("microphone").focus({ preventScroll: true });
  navigator.wakeLock?.request("screen").catch(() => {}); // telephones dim their screens
  say("entering");
  showOther("not_come");
  await comeIn();
}

// Come in, and try again until it works or makes no sense any more.
async function comeIn() {
  call?.close();
  call = null;
  for (let attempt = 0; !isOver; attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, PAUSES[Math.min(attempt, PAUSES.length - 1)]));
    const mine = new Call(facts, hearing(() => call === mine));
    call = mine;
    try {
      await mine.enter(tracks);
      if (call === mine && !sound.srcObject) say("inside");
      return;
    } catch (error) {
      mine.close();
      if (call !== mine || isOver) return;
      call = null;
      if (!(error instanceof Refusal)) say("trouble");
      else if (error.code !== ALREADY_INSIDE) return sendForRoom(error);
      else if (attempt > 0) say("elsewhere"); // at first it may be this page before its reload
    }
  }
}

// What a call tells us, as long as it is the present one.
function hearing(isPresent) {
  const only = (hear) => (said) => isPresent() && !isOver && hear(said);
  return {
    trouble: only((isBad) => {
      if (isBad) say("trouble");
      else if (said() === "trouble") say(sound.srcObject ? "came" : "inside");
    }),
    lost: only(() => {
      say("trouble");
      showOther("not_come");
      comeIn();
    }),
    came: only((stream) => {
      showOther("", stream);
      say("came");
      playSound();
    }),
    left: only(() => {
      showOther("left");
      say("left");
    }),
    destroyed: only(() => end(isLate() ? "over" : "cancelled")),
  };
}

// Who leaves by the button looks into the mirror first when they come again.
function leave() {
  isLeaving = true;
  keep({ insideAt: 0 });
}

// The room is not there, or our keys are too old: the personal link makes both anew, or says why not.
function sendForRoom(error) {
  if (error.code !== NO_ROOM && isLate()) return end("over");
  if (Date.now() - kept.sentForRoomAt < NO_HASTE) return end("broken");
  keep({ insideAt: Date.now(), sentForRoomAt: Date.now() });
  location.assign(page.dataset.joinAddress);
}

function end(word) {
  if (isOver) return;
  isOver = true;
  keep({ insideAt: 0 });
  call?.close();
  loudness.stop();
  for (const track of Object.values(tracks)) track?.stop();
  page.dataset.phase = word === "broken" ? "broken" : "over";
  say(word);
  button(word === "broken" ? "again" : "onward").focus();
}

function isLate() {
  return serverNow() / 1000 >= facts.closes_at;
}

// --- The other party's picture -------------------------------------------------------------------------

function showOther(word, stream = null) {
  picture.other.srcObject = sound.srcObject = stream;
  frames = { count: 0, still: 0 };
  showCover(word);
}

function showCover(word) {
  cover.other.hidden = !word;
  cover.other.textContent = word && sentence(word).textContent;
}

async function playSound() {
  try {
    await sound.play();
    button("sound").hidden = true;
  } catch (error) {
    // Some browsers let no sound begin before a click.
    button("sound").hidden = error.name !== "NotAllowedError";
  }
}

let frames = { count: 0, still: 0 };

// A picture that stands still is a camera that is off, or a connection that is weak: say so.
function watchPicture() {
  if (call && !isLeaving) keep({ insideAt: Date.now() });
  if (!picture.other.srcObject) return;
  const count = picture.other.getVideoPlaybackQuality().totalVideoFrames;
  const still = count === frames.count ? frames.still + 1 : 0;
  frames = { count, still };
  showCover(still >= STILL ? "no_picture" : "");
}

// --- Saying and keeping --------------------------------------------------------------------------------

function sentence(word) {
  return words.querySelector(`[data-word="${word}"]`);
}

function say(word) {
  const { textContent, dataset } = sentence(word);
  const news = find("news");
  if (news.dataset.said === word) return;
  news.textContent = textContent;
  news.dataset.said = word;
  news.dataset.tone = dataset.tone ?? "calm";
}

function said() {
  return find("news").dataset.said;
}

function keep(change) {
  Object.assign(kept, change);
  sessionStorage.setItem(KEY, JSON.stringify(kept));
}
