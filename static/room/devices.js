// Camera and microphone: asking for them, choosing between several, hearing whether there is sound.

const PROBLEMS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "in_use",
  AbortError: "in_use",
};
const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 } };
const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const NO_TRACKS = { audio: null, video: null };

// Return the tracks of the wanted kinds, and the problem with those that could not be had, or "".
export async function open(kinds, chosen) {
  if (!window.isSecureContext || !navigator.mediaDevices) return { ...NO_TRACKS, problem: "insecure" };
  let problem = "";
  for (const some of [kinds, ...(kinds.length > 1 ? kinds.map((kind) => [kind]) : [])]) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia(wish(some, chosen));
      const [audio = null] = stream.getAudioTracks();
      const [video = null] = stream.getVideoTracks();
      return { audio, video, problem: problem && `${problem}_${audio ? "camera" : "microphone"}` };
    } catch (error) {
      problem ||= PROBLEMS[error.name] ?? "in_use";
      if (problem === "denied") break; // asking again at once would only annoy
    }
  }
  return { ...NO_TRACKS, problem };
}

// Return the cameras or microphones there are: [{ id, label }].
export async function list(kind) {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices
    .filter((device) => device.kind === `${kind}input` && device.deviceId)
    .map(({ deviceId: id, label }) => ({ id, label }));
}

// Show in a <meter> how loud a track is.
export class Loudness {
  #meter;
  #context = null;
  #timer = null;

  constructor(meter) {
    this.#meter = meter;
  }

  follow(track) {
    this.stop();
    if (!track) return;
    this.#context = new AudioContext();
    const analyser = this.#context.createAnalyser();
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => {
      if (this.#context.state === "suspended") this.#context.resume().catch(() => {});
      analyser.getFloatTimeDomainData(samples);
      // A square root, so that ordinary speech fills about half of the meter.
      this.#meter.value = Math.min(1, Math.sqrt(Math.max(...samples.map(Math.abs))));
    }, 100);
  }

  stop() {
    clearInterval(this.#timer);
    this.#context?.close();
    this.#context = null;
    this.#meter.value = 0;
  }
}

function wish(kinds, chosen) {
  const only = (kind) => (chosen[kind] ? { deviceId: { exact: chosen[kind] } } : {});
  return {
    audio: kinds.includes("audio") && { ...SOUND, ...only("audio") },
    video: kinds.includes("video") && { ...PICTURE, ...only("video") },
  };
}
