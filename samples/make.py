#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the sample recordings beside this script, anew and the same each time.

    .ci/install samples
    samples/make.py [FOLDER]

Voices are espeak-ng's, music and tones are computed here, so every second is ours to give away. Each call is a
script: who says what, and what happens between. README.md says what each is expected to show.
"""
import datetime
import io
import os
import struct
import subprocess
import sys
import tempfile
import wave
import zoneinfo

import numpy as np

RATE = 8000
AGENT, CUSTOMER = 0, 1
ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")
VOICES = {
    "anna": ["-v", "en-us+f3", "-s", "165", "-p", "55"],
    "ben": ["-v", "en-us+m3", "-s", "170", "-p", "40"],
    "chen": ["-v", "cmn+f2", "-s", "170", "-p", "58"],
    "dora": ["-v", "en-gb+f4", "-s", "150", "-p", "62"],
    "emil": ["-v", "en-gb+m2", "-s", "155", "-p", "35"],
    "feng": ["-v", "cmn+m1", "-s", "165", "-p", "40"],
}


def band(samples, low, high):
    """What a telephone line carries of the samples."""
    spectrum = np.fft.rfft(samples)
    hz = np.fft.rfftfreq(len(samples), 1 / RATE)
    gain = 1 / np.sqrt(1 + (hz / high) ** 16) * np.sqrt(1 - 1 / (1 + (hz / low) ** 8))
    return np.fft.irfft(spectrum * gain, len(samples))


def level(samples, dbfs):
    """The samples with that active level (RMS where anything sounds)."""
    active = samples[np.abs(samples) > np.max(np.abs(samples)) * 0.03]
    return samples * (10 ** (dbfs / 20) / np.sqrt(np.mean(active ** 2)))


def speech(voice, text):
    """espeak-ng at 22050 Hz, brought to 8 kHz, without the silence around it."""
    raw = subprocess.run(["espeak-ng", "--stdout", *VOICES[voice], text], check=True, capture_output=True).stdout
    wav = subprocess.run(["ffmpeg", "-v", "error", "-i", "-", "-ar", str(RATE), "-ac", "1", "-f", "s16le", "-"],
                         input=raw, check=True, capture_output=True).stdout
    samples = np.frombuffer(wav, "<i2") / 32768
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    return samples[loud[0]:loud[-1] + 1]


def tone(hz, seconds, dbfs=-16):
    """One or more sines together, with soft edges."""
    hz = np.atleast_1d(hz)
    t = np.arange(int(seconds * RATE)) / RATE
    samples = sum(np.sin(2 * np.pi * f * t) for f in hz) / len(hz)
    edge = np.minimum(1, np.minimum(t, seconds - t) / 0.005)
    return samples * np.clip(edge, 0, 1) * 10 ** (dbfs / 20) * np.sqrt(2)


def dtmf(digits):
    keys = {k: (r, c) for r, row in zip((697, 770, 852, 941), ("123A", "456B", "789C", "*0#D"))
            for k, c in zip(row, (1209, 1336, 1477, 1633))}
    return np.concatenate([np.concatenate([tone(keys[d], 0.12, -13), np.zeros(int(0.13 * RATE))]) for d in digits])


def note(hz, seconds, decay, partials):
    t = np.arange(int(seconds * RATE)) / RATE
    sound = sum(a * np.sin(2 * np.pi * hz * (i + 1) * t + 0.3 * i) * np.exp(-t * decay * (1 + 0.4 * i))
                for i, a in enumerate(partials) if hz * (i + 1) < 3800)
    return sound * np.minimum(1, t / 0.006)


def music(seconds, seed, beat=0.34):
    """A small band: bass, broken chords, a melody with echo, brushes."""
    random = np.random.default_rng(seed)
    out = np.zeros(int((seconds + 4) * RATE))
    scale = [0, 2, 4, 5, 7, 9, 11]
    chords = [(0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14)]
    melody = 7

    def put(at, sound, gain):
        begin = int(at * RATE)
        out[begin:begin + len(sound)] += gain * sound[:len(out) - begin]

    for step in range(int(seconds / beat) + 1):
        at = step * beat
        chord = chords[step // 8 % 4]
        if step % 4 == 0:
            put(at, note(110 * 2 ** (chord[0] % 12 / 12), 1.3, 2.2, (1, .6, .3, .2)), 0.8)
        put(at, note(220 * 2 ** (chord[step % 3] / 12), 1.6, 2.5, (1, .5, .35, .2, .1)), 0.5)
        if step % 8 == 0:
            for tone_number in chord:
                put(at, note(220 * 2 ** (tone_number / 12), beat * 8, 0.4, (1, .4, .2)), 0.18)
        if random.random() < 0.7:
            melody = int(np.clip(melody + random.integers(-2, 3), 0, 13))
            pitch = 440 * 2 ** ((scale[melody % 7] + 12 * (melody // 7)) / 12)
            sound = note(pitch, 1.2, 3.0, (1, .3, .45, .1, .2))
            put(at, sound, 0.7)
            put(at + beat * 0.75, sound, 0.2)
        brush = random.standard_normal(int(0.09 * RATE)) * np.exp(-np.arange(int(0.09 * RATE)) / (0.02 * RATE))
        put(at, brush, 0.18 if step % 2 else 0.08)
    out = band(out[:int(seconds * RATE)], 200, 3400)
    fade = np.minimum(1, np.minimum(np.arange(len(out)), np.arange(len(out))[::-1]) / (0.15 * RATE))
    return level(out * fade, -21)


class Call:
    """Two lines that grow as the script goes on. `at` is where the next thing begins, in seconds."""

    def __init__(self, seed, agent, customer, noise_dbfs=(-64, -56), leak_db=None):
        self.random = np.random.default_rng(seed)
        self.voices = (agent, customer)
        self.noise_dbfs = noise_dbfs
        self.leak_db = leak_db
        self.lines = [np.zeros(RATE * 120), np.zeros(RATE * 120)]
        self.muted = []
        self.at = 0.6

    def put(self, side, at, samples):
        begin = int(at * RATE)
        self.lines[side][begin:begin + len(samples)] += samples
        return at + len(samples) / RATE

    def say(self, side, text, gap=0.45, dbfs=(-23, -26)):
        """One turn, after a pause of `gap` seconds; a negative gap talks into the turn before."""
        samples = level(band(speech(self.voices[side], text), 250, 3400), dbfs[side])
        begin = self.at + gap
        end = self.put(side, begin, samples)
        self.at = max(self.at, end)
        return begin, end

    def agent(self, text, gap=0.45):
        return self.say(AGENT, text, gap)

    def customer(self, text, gap=0.45):
        return self.say(CUSTOMER, text, gap)

    def pause(self, seconds):
        self.at += seconds

    def play(self, side, samples, gap=0.4):
        self.at = self.put(side, self.at + gap, samples)

    def mute(self, seconds):
        """The agent's line at digital zero."""
        self.muted.append((self.at, self.at + seconds))
        self.at += seconds

    def finish(self, tail=0.6):
        count = int((self.at + tail) * RATE)
        lines = [line[:count].copy() for line in self.lines]
        if self.leak_db is not None:
            delayed = np.concatenate([np.zeros(int(0.045 * RATE)), lines[AGENT]])[:count]
            lines[CUSTOMER] += band(delayed, 300, 2800) * 10 ** (self.leak_db / 20)
        for side, dbfs in enumerate(self.noise_dbfs):
            noise = band(np.cumsum(self.random.standard_normal(count)) * 0.02
                         + self.random.standard_normal(count), 120, 3400)
            lines[side] += noise / np.sqrt(np.mean(noise ** 2)) * 10 ** (dbfs / 20)
        for begin, end in self.muted:
            lines[AGENT][int(begin * RATE):int(end * RATE)] = 0
        return np.clip(np.stack(lines, 1), -1, 1)


def dead_air():
    call = Call(1, "anna", "emil")
    call.agent("Good morning, parcel service, this is Anna. How can I help you?")
    call.customer("Hello, I sent a parcel on Monday and it has not arrived. The number ends in four two seven.")
    call.agent("Let me look that up.")
    call.pause(16)
    call.agent("It is in the sorting centre. It will be delivered tomorrow before noon.")
    call.customer("All right, thank you. Goodbye.")
    call.agent("Thank you for calling. Goodbye.", 0.3)
    return call.finish()


def bad_day():
    call = Call(12, "ben", "dora")
    call.agent("Billing, Ben.")
    begin, end = call.customer("Hello, my invoice is wrong again, I have paid the last one in full and now you want "
                               "the same money a second time.")
    call.at = end - 2.8
    call.agent("That is not possible, our system does not make such mistakes, believe me.", 0)
    call.pause(15.8)
    call.customer("Hello? Are you still there?", 0)
    call.agent("One moment.")
    call.play(AGENT, music(9, 31), 0.8)
    call.agent("Right. It was our mistake, I have deleted it.", 0.6)
    call.customer("I see.")
    return call.finish(0.3)


def interruption():
    call = Call(2, "ben", "dora")
    call.agent("Billing department, Ben speaking, what can I do for you?")
    begin, end = call.customer("I would like to talk about my last invoice, because there is a charge on it that I do "
                               "not recognise, and I have already written to you twice without getting any answer.")
    call.at = end - 3.2
    call.agent("You have to send us the invoice number first, otherwise I cannot do anything about it, you know.", 0)
    call.customer("But I did send it.", 0.6)
    call.agent("Then please give it to me once more.")
    call.customer("Seven one nine five.")
    call.agent("I see it now. I will take the charge off, and you will get a corrected invoice.")
    call.customer("Thank you.")
    return call.finish()


def backchannel():
    call = Call(3, "chen", "feng")
    call.agent("您好，这里是客服中心，请问有什么可以帮您？")
    begin, end = call.customer("你好，我上个星期在你们的网站上买了一台洗衣机，昨天送货的师傅来了，可是没有人帮我安装，"
                               "我打了两次电话都没有人回复，所以我想问一下，到底什么时候可以安排人来。")
    call.put(AGENT, begin + 4.2, level(band(speech("chen", "嗯"), 250, 3400), -25))
    call.put(AGENT, begin + 8.4, level(band(speech("chen", "好的"), 250, 3400), -25))
    call.agent("非常抱歉，我马上为您安排，明天上午九点师傅会上门安装。")
    call.customer("好，谢谢你。")
    call.agent("不客气，再见。")
    return call.finish()


def music_hold():
    call = Call(4, "anna", "emil")
    call.agent("Parcel service, Anna speaking, good afternoon.")
    call.customer("Hi, can you tell me where my parcel is?")
    call.agent("One moment please, I have to ask a colleague.")
    call.play(AGENT, music(66, 11))
    call.agent("Thank you for waiting. It is on its way and will be with you at five.", 0.6)
    call.customer("Great, thanks.")
    return call.finish()


def beep_hold():
    call = Call(5, "ben", "dora")
    call.agent("Support, Ben speaking.")
    call.customer("My telephone line has been dead since this morning.")
    call.agent("I will test the line, please hold.")
    call.pause(0.8)
    for _ in range(4):
        call.play(AGENT, tone(440, 0.5, -20), 0)
        call.pause(7.5)
    call.agent("The line works again. Please restart the box.", 0.2)
    call.customer("I will do that. Goodbye.")
    return call.finish()


def mute_hold():
    call = Call(6, "chen", "feng", noise_dbfs=(-52, -50))
    call.agent("您好，请讲。")
    call.customer("我想查一下我的话费余额。")
    call.agent("请稍等，我帮您查询。")
    call.pause(0.3)
    call.mute(14)
    call.agent("您的余额是三十六元。", 0.3)
    call.customer("好的，谢谢。")
    return call.finish()


def announcement_hold():
    call = Call(7, "anna", "emil")
    call.at = 0.3
    background = music(26, 23, beat=0.4)
    begin = call.at
    call.at = call.put(AGENT, begin, background)
    for offset in (7, 17):
        words = level(band(speech("dora", "All our agents are busy. Please stay on the line, your call is important to "
                                          "us."), 250, 3400), -19)
        first = int((begin + offset) * RATE)
        call.lines[AGENT][first:first + len(words)] *= 0.35
        call.put(AGENT, begin + offset, words)
    call.agent("Good evening, Anna speaking, thank you for waiting.", 0.5)
    call.customer("Good evening. Please change my address to fourteen Station Road.")
    call.agent("I have changed it. Is there anything else?")
    call.customer("No, that is all.")
    return call.finish()


def ringback_dtmf():
    call = Call(8, "chen", "feng")
    for _ in range(2):
        call.play(CUSTOMER, tone(450, 1.0, -18), 0)
        call.pause(4)
    call.customer("喂，你好。", 0.3)
    call.agent("您好，我是客服中心的。为了确认您的身份，请按您的四位数密码。")
    call.pause(0.8)
    call.play(CUSTOMER, dtmf("4711"), 0)
    call.agent("谢谢，密码正确。您的快递明天会送到。", 0.9)
    call.customer("好的，知道了。")
    call.agent("打扰您了，再见。")
    return call.finish()


def busy_end():
    call = Call(9, "ben", "dora")
    call.agent("Hello, this is Ben from the billing department. You asked us to call back.")
    call.customer("Yes. Please send the invoice to my new address.")
    call.agent("We will do that today. Have a nice day.")
    call.customer("You too. Goodbye.")
    call.pause(0.7)
    for _ in range(8):
        call.play(CUSTOMER, tone(450, 0.35, -18), 0)
        call.pause(0.35)
    return call.finish(0.1)


def leakage():
    call = Call(10, "anna", "emil", leak_db=-20)
    call.agent("Good morning, parcel service, Anna speaking. What can I do for you today?")
    call.customer("I would like to pick up my parcel myself, if that is possible.")
    call.agent("Of course. You can collect it at the post office in Mill Lane, from ten o'clock on. Please bring your "
               "identity card and the number of the parcel with you.")
    call.customer("Very good. Thank you.")
    call.agent("You are welcome. Goodbye.")
    return call.finish()


def write_wav(samples, path):
    """16-bit PCM."""
    with wave.open(path, "wb") as out:
        out.setnchannels(samples.shape[1])
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((samples * 32767).round().astype("<i2").tobytes())


def encode(samples, path, *codec):
    with tempfile.NamedTemporaryFile(suffix=".wav") as plain:
        write_wav(samples, plain.name)
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", plain.name, "-map_metadata", "-1", "-fflags", "+bitexact",
                        "-flags:a", "+bitexact", *codec, path], check=True)


ULAW = ("-c:a", "pcm_mulaw")
ALAW = ("-c:a", "pcm_alaw")
IMA = ("-c:a", "adpcm_ima_wav")
GSM = ("-c:a", "libgsm_ms")
MP3 = ("-c:a", "libmp3lame", "-b:a", "24k")
OPUS = ("-c:a", "libopus", "-b:a", "24k", "-ar", "48000", "-f", "ogg")


def name(kind, first, second, when, number, ending):
    """A name as FreePBX gives it."""
    local = datetime.datetime.fromisoformat(when).replace(tzinfo=ZONE)
    return f"{kind}-{first}-{second}-{local:%Y%m%d-%H%M%S}-{int(local.timestamp())}.{number}.{ending}"


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))

    def out(*parts):
        return os.path.join(folder, name(*parts))

    encode(dead_air(), out("in", 8001, 13800138000, "2025-11-20 10:15:02", 17, "wav"), *ULAW)
    encode(bad_day(), out("in", 8002, 13800138001, "2025-11-20 10:18:20", 20, "ogg"), *OPUS)
    encode(interruption(), out("in", 8002, 13800138002, "2025-11-20 10:21:40", 23, "wav"), *IMA)
    chatter = backchannel()
    encode(chatter, out("in", 8003, 13800138003, "2025-11-20 10:34:11", 31, "ogg"), *OPUS)
    encode(music_hold(), out("in", 8001, 13800138004, "2025-11-20 11:02:37", 44, "mp3"), *MP3)
    encode(beep_hold(), out("in", 8002, 13800138005, "2025-11-20 11:20:09", 52, "ogg"), *OPUS)
    encode(mute_hold(), out("in", 8003, 13800138006, "2025-11-20 13:45:55", 60, "wav"), *IMA)
    encode(announcement_hold(), out("in", 8001, 13800138007, "2025-11-20 14:01:12", 66, "ogg"), *OPUS)
    encode(ringback_dtmf(), out("out", 13800138008, 8003, "2025-11-20 14:30:00", 71, "wav"), *IMA)
    encode(busy_end(), out("out", 13800138009, 8002, "2025-11-20 15:12:26", 80, "wav"), *ALAW)
    encode(leakage(), out("in", 8001, 13800138010, "2025-11-20 15:40:03", 85, "wav"), *IMA)
    silent = dead_air()
    encode(silent.sum(1, keepdims=True), out("in", 8002, 13800138011, "2025-11-20 16:05:48", 90, "wav"), *GSM)
    mixed = interruption().sum(1, keepdims=True)
    encode(np.repeat(mixed, 2, 1), out("in", 8003, 13800138012, "2025-11-20 16:22:19", 93, "ogg"), *OPUS)

    buffer = io.BytesIO()
    path = out("in", 8001, 13800138013, "2025-11-20 17:00:00", 97, "wav")
    encode(chatter[:RATE * 6], path, *ULAW)
    with open(path, "rb") as file:
        buffer.write(file.read())
    whole = buffer.getvalue()
    with open(path, "wb") as file:
        file.write(whole[:len(whole) // 2])
    # A recorder that crashed: the header still says that there is no data.
    unfinished = bytearray(whole[:len(whole) // 2])
    data = unfinished.index(b"data")
    unfinished[4:8] = struct.pack("<I", data)
    unfinished[data + 4:data + 8] = struct.pack("<I", 0)
    with open(out("in", 8002, 13800138014, "2025-11-20 17:10:00", 99, "wav"), "wb") as file:
        file.write(unfinished)


if __name__ == "__main__":
    main()
