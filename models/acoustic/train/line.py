# SPDX-License-Identifier: GPL-3.0-or-later
"""From clean tracks to what a recorder writes: rooms, noise, line processing, leakage, loss, levels."""
import numpy as np
from scipy import signal

import codecs8k
import noise
import tones
from dsp import (HOP, RATE, add, at_level, compressed, filtered, frame_db, level_db, ratio, reverberated, smooth_walk,
                 suppressed)
from sources import VOICE_DB

PARTIES = ("agent", "customer")


def held_open(on, before, after):
    """Frames on, opened a little late or early and kept open for a hangover, as samples' gains."""
    edge = np.concatenate([on, np.zeros(after, bool)])
    kept = np.convolve(edge, np.ones(after + 1), "full")[:len(edge)] > 0.5
    return np.roll(kept[:len(on)], before)


def as_gain(frames, n, ramp):
    gain = np.repeat(frames.astype("float32"), HOP)
    gain = np.concatenate([gain, np.full(max(0, n - len(gain)), gain[-1] if len(gain) else 1, "float32")])[:n]
    return np.convolve(gain, np.ones(ramp, "float32") / ramp, "same") if ramp > 1 else gain


def voiced_frames(rng, x, extra_per_minute):
    """What a simple detector in the telephone holds for speech: the truth and some false alarms."""
    on = frame_db(x) > VOICE_DB - rng.uniform(24, 34)
    for at in rng.integers(0, max(1, len(on)), rng.poisson(extra_per_minute * len(on) / 6000)):
        on[at:at + rng.integers(3, 60)] = True
    return on


class Line:
    """One call's way to its recorder."""

    def __init__(self, call):
        self.call, self.rng, self.cond, self.n = call, call.rng, call.cond, call.n

    def room(self, who):
        """The party's surroundings at their level under its voice."""
        rng, c = self.rng, self.cond
        voice = VOICE_DB + c["voice_db"][who]
        x = noise.background(rng, self.call.material, c["noises"][who], self.n)
        x *= np.float32(ratio(voice - c["snr_db"][who]))
        if c["sounds"][who]:
            loud = voice + 12 + rng.uniform(-28, -2)
            x += noise.scattered(rng, self.n, c["sounds"][who], self.call.focus == "sounds") * np.float32(ratio(loud))
        if c["radio_db"] is not None and who == "customer":
            x += at_level(noise.radio(rng, self.call.material, self.n), 0) * np.float32(ratio(voice + c["radio_db"]))
        return x

    def spoken(self, who):
        """The voice as the microphone takes it up."""
        rng, c, x = self.rng, self.cond, self.call.voice[who]
        if c["room_s"][who]:
            far = reverberated(rng, x, c["room_s"][who], c["room_db"][who])
            x = at_level(far, level_db(x)) if x.any() else x
        low, high = c["band_hz"][who]
        x = filtered(x, "bandpass", low, high) if high < 3800 else filtered(x, "highpass", low)
        return x * np.float32(ratio(c["voice_db"][who]))

    def microphone(self, who):
        """Voice and room through the telephone's own processing, cut where the exchange has closed it."""
        rng, c = self.rng, self.cond
        x = self.spoken(who) + self.room(who)
        if c["suppressor_db"][who]:
            x = suppressed(x, c["suppressor_db"][who])
        if c["dtx_db"][who]:
            x = self.discontinuous(who, x)
        if c["agc"][who]:
            x = at_level(compressed(x, c["agc"][who], rng.uniform(0.2, 0.6)), level_db(x))
        if c["drive_db"][who]:
            top = np.float32(ratio(VOICE_DB + c["voice_db"][who] + 14 - c["drive_db"][who]))
            x = np.clip(x, -top, top)
        for start, end in self.call.closed[who]:
            a, b = int(start * RATE), int(end * RATE)
            x[a:b] = self.closed_floor(len(x[a:b]))
        return x

    def closed_floor(self, n):
        if self.cond["hold_floor"] == "digital" or not n:
            return np.zeros(n, "float32")
        hiss = filtered(self.rng.standard_normal(n), "lowpass", 3000, order=1)
        return hiss * np.float32(ratio(self.cond["hold_floor_db"]))

    def discontinuous(self, who, x):
        """Nothing is sent while the party is silent: the far end fills in a lower comfort noise."""
        rng, drop = self.rng, self.cond["dtx_db"][who]
        on = held_open(voiced_frames(rng, self.call.voice[who], 6), int(rng.integers(-3, 3)), int(rng.integers(10, 60)))
        gain = as_gain(on, self.n, int(rng.choice([1, 80, 400])))
        floor = VOICE_DB + self.cond["voice_db"][who] - self.cond["snr_db"][who] - drop
        fill = noise.comfort(rng, None, self.n) * np.float32(ratio(max(floor, -84)))
        return x * gain + fill * (1 - gain)

    def leaked(self, x, into):
        """The other side's signal as it comes back on this line."""
        rng, c, n = self.rng, self.cond, self.n
        path = signal.firwin(33, c["leak_band_hz"], fs=RATE, pass_zero=False)
        if c["leak_taps"]:
            taps = rng.standard_normal(c["leak_taps"]) * np.exp(-np.arange(c["leak_taps"]) / (c["leak_taps"] / 4))
            taps[0] = 1
            path = np.convolve(path, taps / np.linalg.norm(taps))
        wet = signal.oaconvolve(x, path)[16:16 + n]
        late = int(c["leak_ms"] * RATE / 1000)
        wet = np.concatenate([np.zeros(late), wet])[:n]
        if c["leak_bent"]:
            wet = np.tanh(wet * 8) / 8
        drift = smooth_walk(rng, n, 6, -c["leak_drift_db"], c["leak_drift_db"])
        own = c["voice_db"][into] - c["voice_db"]["agent" if into == "customer" else "customer"]
        wet = wet * ratio(min(c["leak_db"], own - 4) + drift)        # never nearer to the own voice than 4 dB
        for start, end in self.call.closed[into]:
            wet[int(start * RATE):int(end * RATE)] = 0
        return wet.astype("float32")

    def coded(self, who, x):
        for name in self.cond["tandem"][who]:
            x = codecs8k.ROUND_TRIPS[name](self.rng, x)
        return x

    def lossy(self, x):
        """Lost packets of 20 ms: silence, or the last one again, each time softer."""
        rng, way = self.rng, self.cond["loss_filled"]
        for at in self.cond["lost_frames_s"]:
            a = int(at * RATE)
            for k in range(int(rng.integers(1, 5))):
                s = a + 160 * k
                if 160 <= s <= len(x) - 160:
                    x[s:s + 160] = x[s - 160:s] * np.float32(0.7) if way == "repeat" else 0
        return x

    def gate(self, who):
        """A recorder that writes zeros unless it hears something."""
        rng = self.rng
        on = voiced_frames(rng, self.call.voice[who], 2) | (frame_db(self.call.line[who] + self.notice) > -64)
        return as_gain(held_open(on, int(rng.integers(-4, 2)), int(rng.integers(6, 45))), self.n, 1)

    def recorded(self, who, x):
        c = self.cond
        if c["recording_tone"]:
            x = x + self.notice
        if c["hum_db"][who] is not None:
            x = x + noise.hum_of(self.rng, self.n, c["mains_hz"], 10, 1.0) * np.float32(ratio(c["hum_db"][who]))
        if c["gated"][who]:
            x = x * self.gate(who)
        return np.clip(x * np.float32(ratio(c["gain_db"][who])) + np.float32(c["offset"][who]), -1, 1)

    def notices(self):
        """The recording notice: on both lines, labelled as a tone on both."""
        self.notice = np.zeros(self.n, "float32")
        if self.cond["recording_tone"]:
            for at, x in tones.notices(self.rng, self.call.seconds, self.rng.uniform(-42, -22)):
                end = add(self.notice, at, x)
                for who in PARTIES:
                    self.call.marks[who]["tone"].append([at, end])

    def render(self):
        self.notices()
        dry = {who: self.coded(who, self.microphone(who) + self.call.line[who]) for who in PARTIES}
        out = {}
        for who, other in (PARTIES, PARTIES[::-1]):
            x = dry[who]
            if self.cond["leak_db"] is not None and self.cond["leak_into"] in (who, "both"):
                x = x + self.leaked(dry[other], who)
            out[who] = self.recorded(who, self.lossy(x.copy()))
        return out
